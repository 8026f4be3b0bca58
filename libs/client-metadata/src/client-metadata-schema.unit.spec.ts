import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  clientMetadataSchema,
  MEMBERS,
  metadataRulesMarkdown,
  RULES,
  validateClientMetadata,
} from '@rollbook/client-metadata';
import { CASES, EVERYTHING } from '@rollbook-testing/client-metadata';

const isValid = new Ajv2020({ validateFormats: false }).compile(clientMetadataSchema());

describe('the schema of a registration request', () => {
  test('accepts every record that validation accepts', () => {
    for (const { name, input, policy, operation = { kind: 'register' as const } } of Object.values(
      CASES,
    ).flat()) {
      const result = validateClientMetadata(input, { policy: { ...EVERYTHING, ...policy }, operation });
      if (result.ok) expect([name, isValid(result.metadata), isValid.errors]).toEqual([name, true, null]);
    }
  });

  test.each([
    ['a string for an array', { redirect_uris: 'https://example.com/' }],
    ['a tagged number', { 'client_name#fr': 1 }],
    ['a negative age', { default_max_age: -1 }],
    ['no object', []],
  ])('refuses %s', (_claim, input) => {
    expect(isValid(input)).toBe(false);
  });
});

test('the rules document has every member and every rule', () => {
  const page = metadataRulesMarkdown();
  for (const name of [...Object.keys(MEMBERS), ...RULES.map(({ id }) => id)])
    expect(page).toContain(`\`${name}\``);
});
