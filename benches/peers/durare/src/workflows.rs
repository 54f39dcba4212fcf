//! The workloads, as durare's users write them: steps that do nothing, independent ones built first and joined.

use durare::{DurableContext, Result};
use futures_util::future::try_join_all;

/// How many steps stand between the first and the last of W3.
const WIDTH: i64 = 100;

#[durare::step]
async fn noop(_ctx: &DurableContext, number: i64) -> Result<i64> {
    Ok(number)
}

#[durare::workflow]
async fn w1(ctx: DurableContext, _input: i64) -> Result<i64> {
    for number in 1..5 {
        noop(&ctx, number).await?;
    }
    noop(&ctx, 5).await
}

#[durare::workflow]
async fn w2(ctx: DurableContext, _input: i64) -> Result<i64> {
    noop(&ctx, 1).await?;
    try_join_all([noop(&ctx, 2), noop(&ctx, 3)]).await?;
    noop(&ctx, 4).await
}

#[durare::workflow]
async fn w3(ctx: DurableContext, _input: i64) -> Result<i64> {
    noop(&ctx, 0).await?;
    try_join_all((1..=WIDTH).map(|number| noop(&ctx, number))).await?;
    noop(&ctx, WIDTH + 1).await
}
