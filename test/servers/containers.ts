import { setTimeout as delay } from 'node:timers/promises';
import { isOpen } from './ports.js';
import type { ServerProcess } from './server-process.js';

export type ContainerOptions = {
  image: string;
  command?: string[];
  /** `uid:gid`, for a container that works in a folder of this machine. */
  user?: string;
  environment?: Record<string, string>;
  /** Content by path, put there before the start. */
  files?: Record<string, string>;
  /** A folder of this machine by its path in the container. */
  folders?: Record<string, string>;
  /** On which it will listen: container and machine share the network, and so the number. */
  port: number;
};

const START_WITHIN_MS = 180_000;

/**
 * Starts a container with the host's network through testcontainers, which also removes it should this process die.
 * Loaded only here: where there is no engine, nothing of it is needed.
 */
export async function startContainer(options: ContainerOptions): Promise<ServerProcess> {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
  const wanted = new GenericContainer(options.image)
    .withNetworkMode('host')
    .withEnvironment(options.environment ?? {})
    .withCopyContentToContainer(
      Object.entries(options.files ?? {}).map(([target, content]) => ({ target, content })),
    )
    .withBindMounts(
      Object.entries(options.folders ?? {}).map(([target, source]) => ({ target, source, mode: 'rw' })),
    );
  if (options.command !== undefined) wanted.withCommand(options.command);
  if (options.user !== undefined) wanted.withUser(options.user);
  const started = await wanted.start();
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  let pid = 0;
  const listening = async () => {
    const deadline = Date.now() + START_WITHIN_MS;
    while (!(await isOpen(options.port))) {
      if (Date.now() > deadline) throw new Error(`${options.image}: not listening on port ${options.port}`);
      await delay(50);
    }
    pid = (await client.container.inspect(container)).State.Pid;
  };
  await listening().catch(async (error: unknown) => {
    await started.stop();
    throw error;
  });
  return {
    get pid() {
      return pid;
    },
    async kill9() {
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    },
    async restart() {
      await container.start();
      await listening();
    },
    freeze: async () => void (await container.pause()),
    thaw: async () => void (await container.unpause()),
    stop: async () => void (await started.stop()),
  };
}
