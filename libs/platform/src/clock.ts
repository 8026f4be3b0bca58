/** The current time. An argument everywhere below the rim, so that tests choose it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
