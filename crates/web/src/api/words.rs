//! The trade's fixed lists as the API speaks them: by their codes.

/// Makes a type for each list of words: a text in JSON that must be one of the list's codes.
///
/// `coded! { /// How. ChannelCode = "Channel": Channel; }` needs `Channel::ALL`, `code` and `parse`.
#[macro_export]
macro_rules! coded {
    ($($(#[$doc:meta])* $name:ident = $shown:literal: $inner:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> ::std::result::Result<S::Ok, S::Error> {
                s.serialize_str(self.0.code())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> ::std::result::Result<Self, D::Error> {
                let code = <::std::string::String as ::serde::Deserialize>::deserialize(d)?;
                <$inner>::parse(&code).map(Self).ok_or_else(|| ::serde::de::Error::custom(format!("“{code}” is not in the list")))
            }
        }

        impl $crate::api::PartialSchema for $name {
            fn schema() -> $crate::api::SchemaOrRef {
                $crate::api::one_of(<$inner>::ALL.iter().map(|v| v.code()))
            }
        }

        impl $crate::api::ToSchema for $name {
            fn name() -> ::std::borrow::Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

use rounds_kernel::{CareSetting, Channel, Outcome, Permission, PersonRole, Purpose, Role};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

/// A schema, or where it stands.
pub type SchemaOrRef = utoipa::openapi::RefOr<utoipa::openapi::Schema>;

/// The schema of a text that is one of `codes`.
pub fn one_of<'a>(codes: impl Iterator<Item = &'a str>) -> SchemaOrRef {
    let codes: Vec<String> = codes.map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(codes)).into()
}

coded! {
    /// A channel by its code.
    ChannelCode = "Channel": Channel;
    /// An outcome by its code.
    OutcomeCode = "Outcome": Outcome;
    /// A purpose by its code.
    PurposeCode = "Purpose": Purpose;
    /// A care setting by its code.
    CareSettingCode = "CareSetting": CareSetting;
    /// A stakeholder's role by its code.
    PersonRoleCode = "PersonRole": PersonRole;
    /// A user's role by its code.
    RoleCode = "Role": Role;
    /// A permission by its code.
    PermissionCode = "Permission": Permission;
}
