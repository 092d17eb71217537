//! Who acts, in which role, with which permissions, over which rows.

use crate::words;
use crate::{Error, Result, UserId};
use serde::{Deserialize, Serialize};

words! {
    /// Roles in the field's standard terms.
    Role {
        /// Runs the installation: users, keys, jobs.
        Admin = "admin", "Administrator";
        /// Commercial-operations lead: imports, coverage, plans for everybody.
        Operations = "operations", "Commercial operations";
        /// Frontline manager of reps.
        Manager = "manager", "Sales manager";
        /// Key account manager.
        KeyAccountManager = "kam", "Key account manager";
        /// Field rep: visits.
        FieldRep = "field_rep", "Field rep";
        /// Remote rep: calls and video.
        RemoteRep = "remote_rep", "Remote rep";
        /// Marketer: captures and nurtures demand.
        Marketer = "marketer", "Marketer";
        /// Customer-success manager: orders, back orders, health.
        SuccessManager = "success", "Customer success";
        /// Auditor: reads the record, the audit log and the evidence behind permissions; changes nothing.
        Auditor = "auditor", "Auditor";
    }
}

words! {
    /// What a role may do. Every route and every command names one.
    Permission {
        /// No sign-in needed: the sign-in page itself, assets, health.
        Open = "open", "open to everyone";
        /// Any signed-in user: own start page, gallery, sign-out.
        SignedIn = "signed_in", "signed in";
        /// Read systems, accounts, people and their timelines, within scope.
        ReadRecord = "read_record", "read the record";
        /// Change the record: imports, corrections.
        WriteRecord = "write_record", "change the record";
        /// Record permissions and preferences of people within scope.
        WritePermission = "write_permission", "record permissions";
        /// Work one's own queue.
        WorkQueue = "work_queue", "work a queue";
        /// See the team's queues and plans.
        ReadTeam = "read_team", "see the team";
        /// Read whole plans, what stopped them and why.
        ReadPlan = "read_plan", "read plans";
        /// Make and store a week's plan.
        RunPlan = "run_plan", "make a plan";
        /// Read coverage and potential.
        ReadDesign = "read_design", "read coverage";
        /// Change coverage.
        WriteDesign = "write_design", "change coverage";
        /// Read leads within scope.
        ReadDemand = "read_demand", "read leads";
        /// Capture leads.
        WriteDemand = "write_demand", "capture leads";
        /// Read orders within scope.
        ReadOrders = "read_orders", "read orders";
        /// Read indicators.
        ReadMeasures = "read_measures", "read indicators";
        /// Settle matches: merge and un-merge records, choose which source wins.
        Steward = "steward", "settle matches";
        /// Answer profiles and change stakeholder maps.
        WriteProfile = "write_profile", "fill in profiles";
        /// Read contracts, tenders and installed equipment within scope.
        ReadContracts = "read_contracts", "read contracts";
        /// Work the quality queue: free text that may hold patient data or an adverse event.
        Quality = "quality", "work the quality queue";
        /// Export and erase a person's data.
        ProtectData = "protect_data", "export and erase personal data";
        /// Read the audit log.
        ReadAudit = "read_audit", "read the audit log";
        /// Manage users, keys, webhooks and jobs.
        Administer = "administer", "administer";
    }
}

/// What everyone may who sells to accounts of their own.
const REP: &[Permission] = &[
    Permission::SignedIn,
    Permission::ReadRecord,
    Permission::WritePermission,
    Permission::WorkQueue,
    Permission::ReadDemand,
    Permission::WriteDemand,
    Permission::ReadOrders,
    Permission::WriteProfile,
    Permission::ReadContracts,
];

/// Everything that can be read, and nothing that changes anything.
const AUDITOR: &[Permission] = &[
    Permission::SignedIn,
    Permission::ReadRecord,
    Permission::ReadTeam,
    Permission::ReadPlan,
    Permission::ReadDesign,
    Permission::ReadDemand,
    Permission::ReadOrders,
    Permission::ReadMeasures,
    Permission::ReadContracts,
    Permission::ReadAudit,
];

impl Role {
    /// What this role may do.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Admin => Permission::ALL,
            Self::Operations => &[
                P::SignedIn,
                P::ReadRecord,
                P::WriteRecord,
                P::WritePermission,
                P::ReadTeam,
                P::ReadPlan,
                P::RunPlan,
                P::ReadDesign,
                P::WriteDesign,
                P::ReadDemand,
                P::WriteDemand,
                P::ReadOrders,
                P::ReadMeasures,
                P::Steward,
                P::WriteProfile,
                P::ReadContracts,
                P::Quality,
                P::ProtectData,
                P::ReadAudit,
            ],
            Self::Manager => &[
                P::SignedIn,
                P::ReadRecord,
                P::WritePermission,
                P::WorkQueue,
                P::ReadTeam,
                P::ReadPlan,
                P::ReadDesign,
                P::ReadDemand,
                P::WriteDemand,
                P::ReadOrders,
                P::ReadMeasures,
                P::WriteProfile,
                P::ReadContracts,
            ],
            Self::KeyAccountManager | Self::FieldRep | Self::RemoteRep => REP,
            Self::Marketer => &[P::SignedIn, P::ReadRecord, P::WritePermission, P::ReadDemand, P::WriteDemand, P::ReadMeasures],
            Self::SuccessManager => &[
                P::SignedIn,
                P::ReadRecord,
                P::WritePermission,
                P::WorkQueue,
                P::ReadDemand,
                P::ReadOrders,
                P::WriteProfile,
                P::ReadContracts,
            ],
            Self::Auditor => AUDITOR,
        }
    }

    /// True if the role can cover accounts and works a queue. An administrator may open queues, but faces no customer.
    pub fn covers(self) -> bool {
        self != Self::Admin && self.permissions().contains(&Permission::WorkQueue)
    }

    /// True if the role sees the whole base: operations, administrators, marketers and auditors.
    pub fn sees_everything(self) -> bool {
        matches!(self, Self::Admin | Self::Operations | Self::Marketer | Self::Auditor)
    }
}

/// Which rows an actor may see and act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Everything.
    All,
    /// Accounts covered by any of these users: oneself, or oneself and one's team.
    CoveredBy(Vec<UserId>),
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user; `None` for the program itself (command line, jobs).
    pub user: Option<UserId>,
    /// Name as shown in audit entries.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Rows within reach.
    pub scope: Scope,
    /// IANA time zone in which times are shown.
    pub zone: String,
}

impl Actor {
    /// The program itself, from the command line of the machine it runs on: may do everything, and the audit log says so.
    pub fn program(name: &str) -> Self {
        Self { user: None, name: name.to_owned(), role: Role::Admin, scope: Scope::All, zone: "UTC".into() }
    }

    /// Whether the role holds `permission`.
    pub fn may(&self, permission: Permission) -> bool {
        permission == Permission::Open || self.role.permissions().contains(&permission)
    }

    /// Refuses with a reason unless the role holds `permission`.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::forbidden(permission.label())) }
    }

    /// Users whose work this actor may see: `None` means everyone.
    pub fn visible_users(&self) -> Option<&[UserId]> {
        match &self.scope {
            Scope::All => None,
            Scope::CoveredBy(users) => Some(users),
        }
    }

    /// Whether this actor may see the work of `user`.
    pub fn sees_user(&self, user: UserId) -> bool {
        self.visible_users().is_none_or(|us| us.contains(&user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_operations_and_admin_make_plans() {
        let makers: Vec<_> = Role::ALL.iter().filter(|r| r.permissions().contains(&Permission::RunPlan)).collect();
        assert_eq!(makers, [&Role::Admin, &Role::Operations]);
    }

    #[test]
    fn a_refusal_names_the_permission() {
        let rep = Actor {
            user: Some(UserId(1)),
            name: "R".into(),
            role: Role::FieldRep,
            scope: Scope::CoveredBy(vec![UserId(1)]),
            zone: "UTC".into(),
        };
        let e = rep.require(Permission::Administer).unwrap_err();
        assert_eq!(e.code, "access.forbidden");
        assert!(e.cause.contains("administer") && rep.sees_user(UserId(1)) && !rep.sees_user(UserId(2)));
    }
}
