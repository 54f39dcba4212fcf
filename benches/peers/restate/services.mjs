// The workloads, as users of Restate's TypeScript SDK write them: each step is a ctx.run, independent ones are awaited
// together.

import * as restate from "@restatedev/restate-sdk";

const noop = (number) => () => number;
const step = (ctx, number) => ctx.run(`s${number}`, noop(number));

export const peers = restate.service({
  name: "peers",
  handlers: {
    w1: async (ctx) => {
      for (let number = 0; number < 5; number++) await step(ctx, number);
      return 5;
    },
    w2: async (ctx) => {
      await step(ctx, 0);
      await restate.RestatePromise.all([step(ctx, 1), step(ctx, 2)]);
      await step(ctx, 3);
      return 4;
    },
    w3: async (ctx) => {
      await step(ctx, 0);
      await restate.RestatePromise.all(Array.from({ length: 100 }, (_, number) => step(ctx, number + 1)));
      await step(ctx, 101);
      return 102;
    },
  },
});
