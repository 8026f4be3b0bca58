import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the suites look at in a service, in the forms that our file uses. */
export type Service = {
  image: string;
  build?: string;
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  networks: string[];
  volumes?: string[];
  ports?: string[];
  cap_add?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { disable?: boolean; test?: string[] };
  deploy: { replicas?: number };
};
export type ComposeFile = {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
};

/** A compose file: its text, and what it says with every `${NAME:-default}` at its default. */
export function composeFile(path: string): { text: string; file: ComposeFile } {
  const text = readFileSync(path, 'utf8');
  const settled = text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  return { text, file: parse(settled, { merge: true }) as ComposeFile };
}
