import path from 'node:path';
import { LOOPBACK, startLocalProcess, type LocalProcess } from '@rollbook-servers';

const START_WITHIN_MS = 60_000;

export type AppOptions = {
  app: 'registration-api' | 'projector';
  /** Tells it from others of its kind: `registration-api-1`. */
  name: string;
  port: number;
  env: Readonly<Record<string, string>>;
  /** Where its output goes, as `<name>.log`. */
  logFolder: string;
  onDeath?: (how: string) => void;
};

/** One process of the distributed service. */
export type RunningApp = LocalProcess & {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
};

/** Starts a built app on a port of the loopback interface, and waits until it says that it is ready. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { app, name, port, onDeath } = options;
  const url = `http://${LOOPBACK}:${port}`;
  const logFile = path.join(options.logFolder, `${name}.log`);
  const running = await startLocalProcess({
    program: process.execPath,
    args: [path.resolve('dist/apps', app, 'src/main.js')],
    folder: process.cwd(),
    logFile,
    env: {
      PATH: process.env['PATH'],
      ...options.env,
      [app === 'projector' ? 'ROLLBOOK_PROJECTOR_PORT' : 'ROLLBOOK_PORT']: String(port),
    },
    isReady: () =>
      fetch(`${url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      ),
    startWithinMs: START_WITHIN_MS,
    endsWithStdin: false,
    ...(onDeath === undefined ? {} : { onDeath }),
  });
  return Object.assign(running, { name, url, logFile });
}
