type Members = { readonly [member: string]: unknown };

/** Names of the members added, removed or changed from `before` to `after`, sorted by code unit. */
export function changedMembers(before: Members, after: Members): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameJson(before[name], after[name])).sort();
}

/**
 * The same JSON value: the order of an object's members does not count, that of an array does. Prototypes don't count
 * either: a request's objects have none, a stored event's have the usual one.
 */
function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
  );
}

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;
