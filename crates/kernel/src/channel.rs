//! The trade's fixed lists: channels, purposes, outcomes, roles of stakeholders, care settings, product stages.

use serde::{Deserialize, Serialize};

/// A fixed list of words: an enum with the code that is stored and the label that is shown. The caller imports `Serialize` and
/// `Deserialize` of serde.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(clippy::enum_variant_names, reason = "a word of the trade may repeat the list's own name")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code stored in tables and used in addresses.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The word a person reads.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// From its stored code.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.code() == code)
            }

            /// Position in [`Self::ALL`], for tables indexed by it.
            pub fn index(self) -> usize {
                self as usize
            }
        }
    };
}

words! {
    /// How a customer is met. Visits are face to face; phone and video are live and remote; the rest is written.
    Channel {
        /// Face to face at the account.
        Visit = "visit", "Visit";
        /// Telephone call.
        Phone = "phone", "Call";
        /// Video call, with or without a screen-share demo.
        Video = "video", "Video call";
        /// Personal e-mail.
        Email = "email", "E-mail";
        /// Invitation to a webinar.
        Webinar = "webinar", "Webinar invitation";
    }
}

words! {
    /// Where a product stands in its life; sets how much explaining it needs.
    ProductStage {
        /// New to the market.
        Launch = "launch", "Launch";
        /// Known and growing or holding.
        Established = "established", "Established";
        /// Bought by price and availability.
        Commodity = "commodity", "Commodity";
    }
}

words! {
    /// What a contact is for.
    Purpose {
        /// First conversation with someone.
        Introduce = "introduce", "introduction";
        /// Explain a product or its evidence.
        Educate = "educate", "product information";
        /// Come back to an open question, quote or sign of interest.
        FollowUp = "follow_up", "follow-up";
        /// Show the product.
        Demo = "demo", "demo";
        /// Look at supply, use and open points together.
        Review = "review", "business review";
        /// Put right what went wrong.
        Service = "service", "service call";
    }
}

words! {
    /// How a contact ended.
    Outcome {
        /// Spoke with them.
        Reached = "reached", "Spoke with them";
        /// Did not answer, was not there.
        NoAnswer = "no_answer", "No answer";
        /// A meeting was agreed.
        MeetingBooked = "meeting_booked", "Meeting agreed";
        /// A demo was agreed.
        DemoBooked = "demo_booked", "Demo agreed";
        /// They are not interested at present.
        NotInterested = "not_interested", "Not interested";
        /// They asked not to be contacted in this channel.
        NoChannel = "no_channel", "Asked for no more contact this way";
        /// They asked not to be contacted at all.
        DoNotContact = "do_not_contact", "Asked for no contact at all";
        /// Sent; written channels without an answer yet.
        Sent = "sent", "Sent";
    }
}

words! {
    /// What a stakeholder does at the account.
    PersonRole {
        /// Physician or surgeon who uses the products.
        Physician = "physician", "Physician";
        /// Nurse.
        Nurse = "nurse", "Nurse";
        /// Technician or laboratory staff.
        Technician = "technician", "Technician";
        /// Buyer: procurement, materials management.
        Procurement = "procurement", "Procurement";
        /// Administrator or executive.
        Administrator = "administrator", "Administrator";
    }
}

words! {
    /// Kind of place an account is.
    CareSetting {
        /// Acute-care hospital.
        Hospital = "hospital", "Hospital";
        /// Psychiatric, rehabilitation, long-term acute, children's: hospitals that are not general acute-care.
        SpecialtyHospital = "specialty_hospital", "Specialty hospital";
        /// Ambulatory surgery centre.
        SurgeryCenter = "surgery_center", "Surgery center";
        /// Physicians' practice.
        Practice = "practice", "Practice";
        /// Long-term care.
        LongTermCare = "long_term_care", "Long-term care";
        /// Laboratory.
        Laboratory = "laboratory", "Laboratory";
    }
}
