import type { MessagePort, Worker } from 'node:worker_threads';

/** `id` is {@link NO_ANSWER} where nobody waits. */
type Call = { id: number; method: string; argument: unknown };
type Answer = { id: number; result?: unknown; error?: { name: string; message: string } };
const NO_ANSWER = 0;
type Handlers = { [method: string]: (argument: never) => unknown };

/** What the worker says by itself, between its answers. */
export type Notice = { notice: string; value?: unknown };

/** Answers the calls that come through a worker's port. A handler's error reaches the caller with name and message. */
export function answerCalls(port: MessagePort, handlers: Handlers): void {
  port.on('message', ({ id, method, argument }: Call) => {
    const work = async (): Promise<unknown> => {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`no such call: ${method}`);
      return handler(argument as never);
    };
    work().then(
      (result) => {
        if (id !== NO_ANSWER) port.postMessage({ id, result } satisfies Answer);
      },
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        port.postMessage({ id, error: { name, message } } satisfies Answer);
      },
    );
  });
}

/** The thread that should answer has died. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';
}

export type WorkerCalls = {
  call<Result>(method: string, argument?: unknown): Promise<Result>;
  /** Without an answer. */
  post(method: string, argument?: unknown): void;
};

/**
 * Calls into a worker that answers with `answerCalls`. When the worker dies, calls under way and later ones reject
 * with what killed it, and `onDeath` is told once.
 */
export function workerCalls(
  worker: Worker,
  onNotice: (notice: Notice) => void,
  onDeath: (error: Error) => void,
): WorkerCalls {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let death: Error | null = null;
  const die = (error: Error) => {
    if (death !== null) return;
    death = error;
    for (const { reject } of waiting.values()) reject(new WorkerEnded(error.message, { cause: error }));
    waiting.clear();
    onDeath(error);
  };
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => die(new Error(`the worker thread ended with code ${code}`)));
  worker.on('message', (message: Answer | Notice) => {
    if ('notice' in message) {
      onNotice(message);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result as never);
    else call?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  });
  return {
    call: <Result>(method: string, argument?: unknown) =>
      new Promise<Result>((resolve, reject) => {
        if (death !== null) {
          reject(new WorkerEnded(death.message, { cause: death }));
          return;
        }
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        worker.postMessage({ id: lastId, method, argument } satisfies Call);
      }),
    post(method, argument) {
      if (death === null) worker.postMessage({ id: NO_ANSWER, method, argument } satisfies Call);
    },
  };
}
