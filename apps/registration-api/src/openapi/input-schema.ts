import { inputMembers, type InputClass } from '../input/read-input.js';
import type { Schema } from './route.js';

/** The JSON Schema of an input class: the same rows that refuse a wrong input. */
export function bodySchema(input: InputClass<object>): Schema {
  const members = [...inputMembers(input)];
  const required = members.filter(([, row]) => row.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      members.map(([name, row]) => [name, { ...row.schema, description: row.says }]),
    ),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** The query parameters of an input class. */
export const queryParameters = (input: InputClass<object>): object[] =>
  [...inputMembers(input)].map(([name, row]) => ({
    name,
    in: 'query',
    required: row.required,
    description: row.says,
    schema: row.schema,
  }));
