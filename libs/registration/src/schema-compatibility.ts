import { changedMembers } from './changed-members.js';

type Schema = { readonly [keyword: string]: unknown };

/** Words about a value, not conditions on it. */
const ANNOTATIONS = new Set(['title', 'description', 'examples', '$comment']);

/**
 * Why a schema may not take the place of the one that was published under the same type and version. New optional
 * members are the only change that keeps every stored event valid and every reader right; anything else needs the next
 * version and an upcaster (design §3).
 *
 * @returns one sentence per reason; none = compatible
 */
export function incompatibilities(published: unknown, current: unknown, at = 'the event'): string[] {
  if (Array.isArray(published) && Array.isArray(current) && published.length === current.length) {
    return published.flatMap((schema, index) => incompatibilities(schema, current[index], `${at}[${index}]`));
  }
  if (!isSchema(published) || !isSchema(current)) {
    return changedMembers({ value: published }, { value: current }).map(() => `${at} changed`);
  }
  const keywords = new Set([...Object.keys(published), ...Object.keys(current)]);
  return [...keywords]
    .filter((keyword) => !ANNOTATIONS.has(keyword))
    .flatMap((keyword) => {
      const [was, is] = [published[keyword], current[keyword]];
      if (keyword === 'properties' && isSchema(was) && isSchema(is)) return properties(was, is, at);
      if (keyword === 'required') return required(was, is, at);
      if (was === undefined || is === undefined)
        return [`${at}: "${keyword}" was ${is === undefined ? 'removed' : 'added'}`];
      return incompatibilities(was, is, `${at}, "${keyword}"`);
    });
}

const properties = (published: Schema, current: Schema, at: string) =>
  Object.entries(published).flatMap(([name, was]) =>
    name in current ? incompatibilities(was, current[name], `${at}.${name}`) : [`${at}.${name} was removed`],
  );

function required(published: unknown, current: unknown, at: string): string[] {
  const [was, is] = [names(published), names(current)];
  return [
    ...was.filter((name) => !is.includes(name)).map((name) => `${at}.${name} is no longer required`),
    ...is.filter((name) => !was.includes(name)).map((name) => `${at}.${name} became required`),
  ];
}

const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
