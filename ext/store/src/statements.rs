//! Statements, each a type of its own: diesel knows it by its type, and prepares it once for each connection.

/// `statements! { for Backend; Name(field: type => SqlType, …) -> (column types) = "SQL with a ? for each field"; }`
macro_rules! statements {
    (for $backend:ty; $( $(#[$doc:meta])* $name:ident ( $($field:ident : $type:ty => $sql:ty),* $(,)? ) $(-> $out:ty)? = $text:expr; )+) => { $(
        $(#[$doc])*
        pub(super) struct $name<'a> {
            $($field: $type,)*
            life: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $name<'a> {
            pub(super) fn new($($field: $type),*) -> Self {
                $name { $($field,)* life: std::marker::PhantomData }
            }
        }

        impl<'a> diesel::query_builder::QueryId for $name<'a> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<'a> diesel::query_builder::QueryFragment<$backend> for $name<'a> {
            fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, $backend>) -> diesel::QueryResult<()> {
                // Split once: this walk is taken for every execution, to collect what is bound.
                static PARTS: std::sync::OnceLock<Vec<&'static str>> =
                    std::sync::OnceLock::new();
                let mut parts = PARTS.get_or_init(|| ($text).split('?').collect()).iter();
                $(
                    out.push_sql(parts.next().copied().unwrap_or_default());
                    out.push_bind_param::<$sql, _>(&self.$field)?;
                )*
                out.push_sql(parts.next().copied().unwrap_or_default());
                Ok(())
            }
        }

        $( impl<'a> diesel::query_builder::Query for $name<'a> { type SqlType = $out; } )?

        impl<'a, C> diesel::RunQueryDsl<C> for $name<'a> {}
    )+ };
}

pub(crate) use statements;
