import { isLanguageTag, splitLanguageTag } from './language-tag.js';

describe('RFC 5646 §2.1 · language tags', () => {
  test.each(
    (
      'de fr-CA zh-Hant-TW sl-rozaj-biske-1994 de-CH-1901 sr-Latn-RS es-419 zh-cmn-Hans-CN x-whatever en-a-myext-b-another ' +
      'de-a-value qaa-Qaaa-QM-x-southern i-klingon art-lojban zh-min-nan EN-us az-Arab-x-AZE-derbend en-u-ca-gregory'
    ).split(' '),
  )('%s is well-formed', (tag) => {
    expect(isLanguageTag(tag)).toBe(true);
  });

  test.each([
    '',
    'a',
    'e1',
    'de_DE',
    'de-',
    '-de',
    'de--DE',
    'abcdefghi',
    'de-419-DE',
    'a-DE',
    'de-x',
    'x',
    'en-a',
    'fr#de',
    'dé',
    'de ',
  ])('%j is not', (tag) => {
    expect(isLanguageTag(tag)).toBe(false);
  });

  test('1.3.2 · a name splits at the first number sign', () => {
    expect(splitLanguageTag('client_name#de')).toEqual({ base: 'client_name', tag: 'de' });
    expect(splitLanguageTag('client_name#de#fr')).toBeNull();
    expect(splitLanguageTag('client_name')).toBeNull();
  });

  test('a long hostile tag takes no time', () => {
    const started = performance.now();
    isLanguageTag(`de${'-a1'.repeat(20_000)}!`);
    isLanguageTag(`de${'-abcde'.repeat(10_000)}!`);
    expect(performance.now() - started).toBeLessThan(200);
  });
});
