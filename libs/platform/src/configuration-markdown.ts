import {
  EMBEDDED_VARIABLES,
  PROJECTOR_VARIABLES,
  REGISTRATION_API_VARIABLES,
  SERVICE_VARIABLES,
} from './service-variables.js';
import { shownDefault, type Variable, type VariableTable } from './variables.js';

/** The columns: an app, and what it does with a variable. */
const APPS: readonly { app: string; variables: VariableTable }[] = [
  { app: 'embedded', variables: EMBEDDED_VARIABLES },
  { app: 'registration-api', variables: REGISTRATION_API_VARIABLES },
  { app: 'projector', variables: PROJECTOR_VARIABLES },
];

function use(row: Variable<unknown> | undefined): string {
  if (row === undefined) return '';
  if ('required' in row) return 'required';
  return 'refused' in row ? 'refused' : 'read';
}

/** Every variable once: its default where an app has one, and which app does what with it. */
function table(): string {
  const lines = Object.entries<{ name: string; says: string }>(SERVICE_VARIABLES).map(
    ([field, { name, says }]) => {
      const rows = APPS.map(({ variables }) => variables[field]);
      const withDefault = rows.find((row) => row !== undefined && 'default' in row);
      const shown = withDefault === undefined ? '–' : shownDefault(withDefault);
      return `| \`${name}\` | ${[shown, says, ...rows.map(use)].join(' | ')} |`;
    },
  );
  const head = ['variable', 'default', 'meaning', ...APPS.map(({ app }) => app)];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines, ''].join('\n');
}

/** docs/configuration.md. */
export function configurationMarkdown(): string {
  return `# Configuration

Generated from the table in \`libs/platform/src/service-variables.ts\` (\`npm run docs:generate\`).

The environment is read once, at the start. Every variable \`NAME\` may instead be given as \`NAME_FILE\`, the path of a
file with the value. A wrong value stops the start with one line for each mistake, which names the variable and never
its value; a variable with our prefix that is not in this list is named in a warning.

The last columns say what each app does with a variable: the embedded service (\`npm start\`), and the two of the
distributed one. \`required\`: it does not start without a value. \`refused\`: it does not start with one, because it was
meant for the other way to run. Empty: it does not look at it, so the apps may share one environment.

${table()}
The distributed service requires what all its processes must have alike: a token or a key that one of them generated
would be unknown to the others, and a public URL that each derived from its own port would be issued to clients.

\`npx rollbook\` reads \`ROLLBOOK_URL\` (default \`http://localhost:3000\`), \`ROLLBOOK_TOKEN\` and \`ROLLBOOK_TOKEN_FILE\`.

The policy file (\`ROLLBOOK_POLICY\`) says what the authorization server supports, and so what clients may register and
what discovery announces. Its JSON Schema is served at \`/schemas/policy\`; \`examples/policy.json\` is a complete one.
`;
}
