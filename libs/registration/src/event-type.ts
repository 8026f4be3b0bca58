import type { Static, TObject } from '@sinclair/typebox';

/** An older shape of `data`, and the step up from it to the next version's shape. */
export type OlderShape = { data: TObject; upcast: (old: unknown) => unknown };

/** One row of the table of events: everything known about one type. */
export type EventType<Name extends string = string, Data extends TObject = TObject> = {
  type: Name;
  /** Version that is written today. */
  schemaVersion: number;
  title: string;
  description: string;
  /** Shape of `data` at {@link schemaVersion}: the one source of the TypeScript type and of the JSON Schema. */
  data: Data;
  /** An example of `data`: published with the schema, shown in docs/events.md, written into the golden file. */
  example: Static<Data>;
  upcast: Readonly<Record<number, OlderShape>>;
};

/** The type or its version is newer than this release: not a broken event. A reader stops there and says so. */
export class UnknownEvent extends Error {
  readonly type: string;
  readonly schemaVersion: number;

  constructor(type: string, schemaVersion: number) {
    super(
      `event type ${JSON.stringify(type)} version ${schemaVersion} is not known to this release: update it first`,
    );
    this.name = 'UnknownEvent';
    this.type = type;
    this.schemaVersion = schemaVersion;
  }
}

/**
 * Declares an event type (style: today's shape, then each older one with the step up from it).
 *
 * @throws Error at load when a version between 1 and `schemaVersion` has no step up: such an event could not be read
 */
export function eventType<const Name extends string, Data extends TObject>(
  type: Name,
  row: Omit<EventType<Name, Data>, 'type'>,
): EventType<Name, Data> {
  const older = Object.keys(row.upcast).map(Number);
  for (let version = 1; version < row.schemaVersion; version++) {
    if (!older.includes(version)) throw new Error(`${type}: version ${version} has no upcaster`);
  }
  if (older.length !== row.schemaVersion - 1)
    throw new Error(`${type}: upcasters for versions never written`);
  return { type, ...row };
}

/** Declares an older shape; `upcast` makes the next version's `data` of it and must not lose a fact. */
export function olderShape<Old extends TObject>(
  data: Old,
  upcast: (old: Static<Old>) => unknown,
): OlderShape {
  return { data, upcast: (old) => upcast(old as Static<Old>) };
}

/**
 * Lifts `data` of a stored event to today's shape, version by version.
 *
 * @throws UnknownEvent for a type or version that `types` does not have
 */
export function upcastWith(
  types: ReadonlyMap<string, EventType>,
  type: string,
  schemaVersion: number,
  data: unknown,
): unknown {
  const row = types.get(type);
  const known = row !== undefined && Number.isInteger(schemaVersion) && schemaVersion >= 1;
  if (!known || schemaVersion > row.schemaVersion) {
    throw new UnknownEvent(type, schemaVersion);
  }
  let lifted = data;
  for (let version = schemaVersion; version < row.schemaVersion; version++) {
    const step = row.upcast[version];
    if (step === undefined) throw new UnknownEvent(type, schemaVersion);
    lifted = step.upcast(lifted);
  }
  return lifted;
}
