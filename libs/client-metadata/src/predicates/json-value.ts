/**
 * Whether a JSON value can be told again as it came (RFC 7493 §2.1, §2.2): `1e999` is read as infinity, for which JSON
 * has no word, and an unpaired surrogate stops readers that are stricter than ours.
 */
export function isRepeatable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value)
    ? value.every(isRepeatable)
    : Object.entries(value).every(([name, member]) => name.isWellFormed() && isRepeatable(member));
}
