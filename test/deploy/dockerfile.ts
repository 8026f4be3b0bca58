import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export type Instruction = { word: string; rest: string };
export type Stage = { base: string; name: string | null; instructions: readonly Instruction[] };

/** The stages of a Dockerfile: comments gone, continued lines joined. */
export function stagesOf(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [, base = '', name = null] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
      stages.push({ base, name, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ word, rest });
    }
  }
  return stages;
}

/** What an instruction of that word says last, null where there is none. */
export const lastOf = ({ instructions }: Stage, word: string): string | null =>
  instructions.findLast((instruction) => instruction.word === word)?.rest ?? null;

/** The words of an exec form, such as that of CMD. */
export const wordsOf = (json: string): string[] => JSON.parse(json) as string[];

/** `KEY=value …`, as ENV has it. */
export const environmentOf = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    stage.instructions
      .filter(({ word }) => word === 'ENV')
      .flatMap(({ rest }) => rest.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

/**
 * Says what .dockerignore lets into the build: as Docker does, the last line that names a path, or a folder above it,
 * decides.
 */
export function contextOf(ignoreFile: string): (file: string) => boolean {
  const rules = ignoreFile
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  const names = (pattern: string, file: string) => {
    const parts = file.split('/');
    return parts.some((_, index) => path.matchesGlob(parts.slice(0, index + 1).join('/'), pattern));
  };
  return (file) => rules.findLast(({ pattern }) => names(pattern, file))?.keep ?? true;
}

export type Builder = {
  /** The checkout. */
  context: string;
  /** Says which of its files are part of the build. */
  included: (file: string) => boolean;
  /** The folder in which the stages get one each. */
  folder: string;
  /** Does what a RUN says; gives what it printed, for the message of a failure. */
  run: (command: string, cwd: string) => void;
};

/**
 * Does the stages' COPY and RUN in plain folders: one folder is one stage's root.
 *
 * @returns the working directory of the last stage
 * @throws Error for an instruction that could not be done so, and for a source that does not exist
 */
export function build(stages: readonly Stage[], builder: Builder): string {
  const roots = new Map<string, string>();
  let workdir = '';
  for (const [index, stage] of stages.entries()) {
    const root = path.join(builder.folder, stage.name ?? `stage-${index}`);
    if (stage.name !== null) roots.set(stage.name, root);
    workdir = root;
    for (const { word, rest } of stage.instructions) {
      if (word === 'WORKDIR') mkdirSync((workdir = path.join(root, rest)), { recursive: true });
      else if (word === 'RUN') builder.run(rest, workdir);
      else if (word === 'COPY') copy(rest, workdir, roots, builder);
      else if (!['ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'].includes(word))
        throw new Error(`unknown instruction ${word}`);
    }
  }
  return workdir;
}

function copy(rest: string, workdir: string, roots: ReadonlyMap<string, string>, builder: Builder): void {
  const words = rest.split(/\s+/);
  const paths = words.filter((word) => !word.startsWith('--'));
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const target = paths.pop() ?? '';
  for (const source of paths) {
    const root = from === undefined ? builder.context : roots.get(from);
    if (root === undefined) throw new Error(`COPY ${rest}: there is no stage ${from}`);
    const file = path.join(root, source);
    if (!existsSync(file) || (from === undefined && !builder.included(source)))
      throw new Error(`COPY ${rest}: ${source} is not there`);
    const into = target.endsWith('/')
      ? path.join(workdir, target, path.basename(source))
      : path.join(workdir, target);
    cpSync(file, into, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (name) =>
        from !== undefined || statSync(name).isDirectory() || builder.included(path.relative(root, name)),
    });
  }
}

/** Every file below a folder, but not below those of its folders that are named. */
export function filesBelow(folder: string, except: readonly string[] = []): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (except.includes(entry.name)) return [];
    return entry.isDirectory()
      ? filesBelow(path.join(folder, entry.name)).map((file) => path.join(entry.name, file))
      : [entry.name];
  });
}

/** Runs a shell command as a build does; throws with its output when it fails. */
export function shell(command: string, cwd: string, env: Readonly<Record<string, string>>): void {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', command], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? `${status}\n${stdout}${stderr}`}`);
}

export const readText = (file: string): string => readFileSync(file, 'utf8');
