import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { composeFile } from './compose-file.js';

const PASSWORD = 'd0d0cafe';
const FORMAT = /^kafka-storage\.sh format .*--add-scram SCRAM-SHA-512=\[name=rollbook,password=d0d0cafe\]$/;

type Run = { status: number | null; output: string; calls: readonly string[] };
type Container = {
  storage: string;
  password: string;
  temporary: string;
  run: (script: string, toolStatus?: number) => Run;
};

/** A folder as the container of the broker sees it, with tools that only write down what they were called with. */
function inContainer(work: (container: Container) => void): void {
  const root = mkdtempSync(path.join(tmpdir(), 'rollbook-kafka-'));
  const at = (name: string) => path.join(root, name);
  try {
    for (const folder of ['bin', 'storage', 'tmp']) mkdirSync(at(folder));
    const settings = readFileSync('docker/kafka/server.properties', 'utf8');
    writeFileSync(at('server.properties'), settings.replace(/^log\.dirs=.*$/m, `log.dirs=${at('storage')}`));
    writeFileSync(at('kafka-password'), PASSWORD);
    const tools = {
      'kafka-storage.sh': 'touch "$STORAGE/meta.properties"; echo verifier',
      'kafka-server-start.sh': '',
      // The file that it is given last: its mode and what it holds.
      'kafka-configs.sh': 'for file; do :; done; stat -c %a "$file"; cat "$file"; exit "$TOOL_STATUS"',
    };
    for (const [name, does] of Object.entries(tools))
      writeFileSync(at(`bin/${name}`), `#!/bin/sh\necho "${name} $*" >>"$CALLS"\n${does}\n`, { mode: 0o755 });
    const env = {
      ...process.env,
      KAFKA_HOME: root,
      KAFKA_SETTINGS: root,
      KAFKA_PASSWORD_FILE: at('kafka-password'),
      CLUSTER_ID: 'any',
      STORAGE: at('storage'),
      TMPDIR: at('tmp'),
      CALLS: at('calls'),
    };
    const run = (script: string, toolStatus = 0): Run => {
      writeFileSync(at('calls'), '');
      const { status, stdout } = spawnSync('sh', [script], {
        encoding: 'utf8',
        env: { ...env, TOOL_STATUS: String(toolStatus) },
      });
      const calls = readFileSync(at('calls'), 'utf8').split('\n').slice(0, -1);
      return { status, output: stdout, calls };
    };
    work({ storage: at('storage'), password: at('kafka-password'), temporary: at('tmp'), run });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('docker/kafka/start.sh', () => {
  const start = 'docker/kafka/start.sh';
  const served = /^kafka-server-start\.sh \S+\/server\.properties$/;

  test('formats once: no later start shows the password to anybody', () =>
    inContainer(({ run }) => {
      const first = run(start);
      expect([first.status, first.output]).toEqual([0, '']);
      expect(first.calls).toEqual([expect.stringMatching(FORMAT), expect.stringMatching(served)]);
      expect(run(start).calls).toEqual([expect.stringMatching(served)]);
    }));

  test('a formatting that was cut short is done again', () =>
    inContainer(({ run, storage }) => {
      writeFileSync(path.join(storage, 'bootstrap.checkpoint'), '');
      expect(run(start).calls).toHaveLength(2);
    }));

  test('without the password it formats nothing and starts nothing', () =>
    inContainer(({ run, password }) => {
      unlinkSync(password);
      const { status, calls } = run(start);
      expect([status === 0, calls]).toEqual([false, []]);
    }));

  test('the storage is where the compose file mounts it', () => {
    const settings = readFileSync('docker/kafka/server.properties', 'utf8');
    const [, storage] = /^log\.dirs=(.*)$/m.exec(settings) ?? [];
    expect(composeFile('docker-compose.yml').file.services['kafka']?.volumes).toContain(`kafka:${storage}`);
  });
});

describe('docker/kafka/set-password.sh', () => {
  const change = 'docker/kafka/set-password.sh';

  test('the tool reads the password from a file of its own, which is gone afterwards', () =>
    inContainer(({ run, temporary }) => {
      const { status, output, calls } = run(change);
      expect([status, output]).toEqual([0, `600\nSCRAM-SHA-512=password=${PASSWORD}\n`]);
      expect(calls).toEqual([expect.stringMatching(/ --entity-name rollbook --add-config-file \S+$/)]);
      expect(calls.join()).not.toContain(PASSWORD);
      expect(readdirSync(temporary)).toEqual([]);
    }));

  test('says that the tool failed, and leaves no file then either', () =>
    inContainer(({ run, temporary }) => {
      expect(run(change, 1).status).toBe(1);
      expect(readdirSync(temporary)).toEqual([]);
    }));

  test('the runbook runs it', () => {
    const runbook = readFileSync('docs/operations.md', 'utf8');
    expect(runbook).toContain('docker compose exec kafka sh /opt/rollbook/set-password.sh');
    expect(runbook).not.toMatch(/--add-config /);
  });
});
