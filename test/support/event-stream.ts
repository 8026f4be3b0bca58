export type SentEvent = { id: number; event: string | undefined; data: string | undefined };

/**
 * Reads server-sent events of a path until `wanted` of them are there, then leaves.
 *
 * @param during what happens meanwhile, once the answer has begun
 */
export async function followEvents(
  service: { url: string; auditorToken(): string },
  at: string,
  wanted: number,
  headers: Readonly<Record<string, string>> = {},
  during?: () => Promise<void>,
): Promise<SentEvent[]> {
  const controller = new AbortController();
  const response = await fetch(service.url + at, {
    headers: { authorization: `Bearer ${service.auditorToken()}`, ...headers },
    signal: controller.signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  let text = '';
  const decoder = new TextDecoder();
  const frames = () => text.split('\n\n').filter((frame) => frame.startsWith('id: '));
  const asked = during?.();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (frames().length >= wanted) break;
  }
  controller.abort();
  await asked;
  return frames().map((frame) => {
    const [id, event, data] = frame.split('\n').map((line) => line.slice(line.indexOf(': ') + 2));
    return { id: Number(id), event, data };
  });
}
