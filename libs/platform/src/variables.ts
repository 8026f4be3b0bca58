/**
 * Configuration from the environment: one table of variables, read once into a frozen value. Every mistake is reported
 * at the same time, one line each, with the variable's name and never its value (design §12).
 */

/** What every app says of a variable alike: how its text is read, and what the documents tell. */
export type Row<T> = {
  name: `ROLLBOOK_${string}`;
  /** Text to value. Refuses by throwing {@link Expected}. */
  parse: (text: string) => T;
  says: string;
  /** Its value lets its holder do something: it does not stay in the environment once it is read. */
  secret?: true;
};

/** One variable of one app: its row, and what holds without it. */
export type Variable<T> = Row<T> &
  (
    | {
        default: T;
        /** The default as documents print it, when the value itself does not say it. */
        defaultShown?: string;
      }
    | { required: true }
    | {
        /** Why this app does not take it. */
        refused: string;
      }
  );

export type VariableTable = { readonly [field: string]: Variable<unknown> };
export type Values<Table extends VariableTable> = {
  readonly [Field in keyof Table]: Table[Field] extends Variable<infer T> ? T : never;
};

/** What a parser throws: what the variable should have been. The text is printed, so it never holds the value. */
export class Expected extends Error {
  constructor(what: string) {
    super(`expected ${what}`);
    this.name = 'Expected';
  }
}

/** The start ends here; `mistakes` has one line per mistake. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'ConfigurationError';
    this.mistakes = mistakes;
  }
}

export type Environment = { readonly [name: string]: string | undefined };

/** A row whose type is the default's, widened by what the parser gives. */
export const variable = <T>(row: Variable<T>): Variable<T> => Object.freeze(row);

/** The row where an app can do without a value. */
export const optional = <T, D>(row: Row<T>, value: D, defaultShown?: string): Variable<T | D> =>
  Object.freeze({ ...row, default: value, ...(defaultShown === undefined ? {} : { defaultShown }) });

/** The row where an app cannot start without a value. */
export const required = <T>({ name, parse, says, secret }: Row<T>): Variable<T> =>
  Object.freeze({ name, parse, says, ...(secret ? { secret } : {}), required: true });

/** The row where setting it is a misunderstanding that must not pass in silence. */
export const refused = ({ name, says, secret }: Row<unknown>, why: string): Variable<null> =>
  Object.freeze({ name, says, ...(secret ? { secret } : {}), parse: () => null, refused: why });

/**
 * Reads every variable of `table` from `environment`. `NAME_FILE` names a file with the value (mounted secrets); an
 * empty text counts as unset.
 *
 * @param readFile gives a file's text; what it throws is reported by its code only
 * @throws ConfigurationError with all mistakes
 */
export function readVariables<Table extends VariableTable>(
  table: Table,
  environment: Environment,
  readFile: (file: string) => string,
): Values<Table> {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, row] of Object.entries(table)) {
    try {
      values[field] = valueOf(row, environment, readFile);
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      mistakes.push(`${row.name}: ${error.message}`);
    }
  }
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  // The loop above has filled exactly the table's fields, each by its own row.
  return Object.freeze(values) as Values<Table>;
}

function valueOf(
  row: Variable<unknown>,
  environment: Environment,
  readFile: (file: string) => string,
): unknown {
  if ('refused' in row) {
    // What it says, or whether its file is there, does not matter.
    const given = [row.name, `${row.name}_FILE`].some((name) => (environment[name] ?? '') !== '');
    if (given) throw new Expected(`no value: ${row.refused}`);
    return null;
  }
  const text = textOf(row.name, environment, readFile);
  if (text !== null) return row.parse(text);
  if ('required' in row)
    throw new Expected(`a value, in ${row.name} or the file that ${row.name}_FILE names`);
  return row.default;
}

function textOf(name: string, environment: Environment, readFile: (file: string) => string): string | null {
  const direct = environment[name] ?? '';
  const file = environment[`${name}_FILE`] ?? '';
  if (direct !== '' && file !== '') throw new Expected(`either ${name} or ${name}_FILE, not both`);
  if (file === '') return direct === '' ? null : direct;
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Expected(`a readable file in ${name}_FILE (${code})`);
  }
  const trimmed = text.replace(/\r?\n$/, '');
  if (trimmed === '') throw new Expected(`a file with content in ${name}_FILE`);
  return trimmed;
}

/** The names of the variables whose values must not stay in the environment, where every thread and report has them. */
export function secretVariables(table: { readonly [field: string]: Row<unknown> }): string[] {
  return Object.values(table).flatMap(({ name, secret }) => (secret === true ? [name] : []));
}

/** Variables with our prefix that the table does not know: probably a typing error, worth a line and no more. */
export function unknownVariables(
  table: { readonly [field: string]: Row<unknown> },
  environment: Environment,
): string[] {
  const known = new Set<string>(CLI_VARIABLES);
  for (const { name } of Object.values(table)) known.add(name).add(`${name}_FILE`);
  return Object.keys(environment)
    .filter((name) => name.startsWith('ROLLBOOK_') && !known.has(name))
    .sort();
}

/** Read by `npx rollbook`, which often runs in the shell that starts the service (design §12). */
const CLI_VARIABLES = ['ROLLBOOK_URL', 'ROLLBOOK_TOKEN', 'ROLLBOOK_TOKEN_FILE'];

/** A default as documents print it. */
export function shownDefault(row: Variable<unknown>): string {
  if (!('default' in row)) return '–';
  const value = row.default;
  if (row.defaultShown !== undefined) return row.defaultShown;
  if (value === null || (Array.isArray(value) && value.length === 0)) return '–';
  return `\`${Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', '')}\``;
}
