import * as fc from 'fast-check';
import { MEMBERS, validateClientMetadata, type Operation } from '@rollbook/client-metadata';
import { CASES, EVERYTHING } from '@rollbook-testing/client-metadata';

const REGISTER: Operation = { kind: 'register' };
const UPDATE: Operation = { kind: 'update', client_id: 'abc', isCurrentSecret: () => false };
const validate = (input: unknown, operation: Operation = REGISTER) =>
  validateClientMetadata(input, { policy: EVERYTHING, operation });

/** The records of the case tables, good and bad, are the seeds: they reach every rule. */
const SEEDS = Object.values(CASES)
  .flat()
  .flatMap(({ input }) =>
    typeof input === 'object' && input !== null && !Array.isArray(input) ? [input] : [],
  );
const seed = fc.constantFrom(...SEEDS);
const name = fc.oneof(
  fc.constantFrom(...Object.keys(MEMBERS)),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'client_name#fr',
    'client_name#',
    'keywords#x-y',
    '#',
    '',
  ),
  fc.string({ unit: 'binary' }),
);
const anything = fc.oneof(
  fc.jsonValue(),
  fc.anything({ withSparseArray: true, withNullPrototype: true, withBigInt: true, withDate: true }),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...Array.from('ahtps:/.@#?[]%*\\\0 1')) }),
);
/** A seed with some members replaced, by values of other seeds or by anything. */
const mutated = fc
  .tuple(seed, seed, fc.array(fc.tuple(name, anything), { maxLength: 4 }))
  .map(([a, b, changes]) => ({ ...a, ...b, ...Object.fromEntries(changes) }));

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

function recordOf(input: unknown): { readonly [member: string]: unknown } {
  const result = validate(input);
  return result.ok ? result.metadata : {};
}

describe('properties of validation', () => {
  test('no input makes it throw, and a refusal has a reason', () => {
    fc.assert(
      fc.property(fc.oneof(anything, mutated), fc.constantFrom(REGISTER, UPDATE), (input, operation) => {
        const result = validate(input, operation);
        expect(result.ok || result.violations.length > 0).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test('it never edits its input', () => {
    // Writing to a frozen object throws in strict mode.
    fc.assert(
      fc.property(mutated, (input) => {
        validate(deepFreeze(input));
      }),
      { numRuns: 500 },
    );
  });

  const accepted = mutated.filter((input) => validate(input).ok);
  test('a normalised record validates to itself', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const record = recordOf(input);
        expect(JSON.stringify(recordOf(record))).toBe(JSON.stringify(record));
      }),
    );
  });

  test('2.9 · every accepted record can be sent back as an update', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const record = recordOf(input);
        expect(validate({ ...record, client_id: 'abc' }, UPDATE)).toMatchObject({
          ok: true,
          metadata: record,
        });
      }),
    );
  });

  test('H6, H7 · no member of a record is null or empty text, and none is unknown', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        for (const [member, value] of Object.entries(recordOf(input))) {
          expect([null, undefined, '']).not.toContain(value);
          expect(Object.keys(MEMBERS)).toContain(member.split('#')[0]);
        }
      }),
    );
  });

  test('RFC 8259 §4 · the order of members is irrelevant', () => {
    fc.assert(
      fc.property(
        mutated.chain((input) =>
          fc.tuple(
            fc.constant(input),
            fc.shuffledSubarray(Object.entries(input), { minLength: Object.keys(input).length }),
          ),
        ),
        ([input, entries]) => {
          expect(JSON.stringify(validate(Object.fromEntries(entries)))).toBe(JSON.stringify(validate(input)));
        },
      ),
      { numRuns: 500 },
    );
  });
});
