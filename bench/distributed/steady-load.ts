import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { EXAMPLE } from '../load.js';

export type Registered = { client_id: string; sentAt: number; answeredAt: number };
export type Load = { registered: readonly Registered[]; refused: number };

/** How often the clock is looked at: what is due is sent at once. */
const TICK_MS = 2;

/**
 * Registers at a steady rate, however long answers take: a slow moment is not kept from the figures by sending less.
 *
 * @param urls of the processes, which take turns
 * @returns every registration with the moments of `performance.now()` when it was sent and answered, and how many were
 *   answered 503 instead
 * @throws Error when one is answered with anything else
 */
export async function registerSteadily(
  urls: readonly string[],
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Load> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const all = Math.round(perSecond * seconds);
  const answers: Promise<Registered | null>[] = [];
  const start = performance.now();
  try {
    while (answers.length < all) {
      const due = Math.min(all, Math.floor(((performance.now() - start) * perSecond) / 1000) + 1);
      while (answers.length < due) {
        const url = urls[answers.length % urls.length] ?? '';
        const answer = registerOnce(`${url}/connect/register`, agent);
        // Looked at below, all at once; until then a failure must not end the process.
        answer.catch(() => undefined);
        answers.push(answer);
      }
      await delay(TICK_MS);
    }
    const registered = (await Promise.all(answers)).filter((answer) => answer !== null);
    return { registered, refused: all - registered.length };
  } finally {
    agent.destroy();
  }
}

function registerOnce(url: string, agent: http.Agent): Promise<Registered | null> {
  const sentAt = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(EXAMPLE) };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      const answeredAt = performance.now();
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('error', reject).once('end', () => {
        if (response.statusCode === 201)
          resolve({ client_id: (JSON.parse(text) as { client_id: string }).client_id, sentAt, answeredAt });
        else if (response.statusCode === 503) resolve(null);
        else reject(new Error(`POST /connect/register: ${response.statusCode} ${text}`));
      });
    });
    request.once('error', reject).end(EXAMPLE);
  });
}
