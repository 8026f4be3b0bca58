/** How many clients have a value, by value. A client that has no value counts nowhere. */
export type Count = { value: string; clients: number };

/** Aggregation over the clients model. Deleted clients count in `byStatus` and `registrationsPerDay` only. */
export type ClientStatistics = {
  clients: number;
  byStatus: Count[];
  byTokenEndpointAuthMethod: Count[];
  /** A client counts once for each of its grant types. */
  byGrantType: Count[];
  byApplicationType: Count[];
  /** UTC days (`YYYY-MM-DD`) with a registration, newest first, at most 90. */
  registrationsPerDay: { day: string; clients: number }[];
  /** Position in the log that the numbers stand for, and when they were counted (RFC 3339). */
  position: number;
  countedAt: string;
};
