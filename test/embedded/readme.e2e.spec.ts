import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type RunningService, startService } from '../support/service.js';

let service: RunningService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const README = readFileSync('README.md', 'utf8');
const block = (language: string, containing: string) => {
  const found = [...README.matchAll(/```(\w+)\n([\s\S]*?)```/g)].find(
    ([, name, text]) => name === language && text?.includes(containing),
  );
  if (found?.[2] === undefined) throw new Error(`README.md has no ${language} block with ${containing}`);
  return found[2];
};

test("README · the curl works as printed, and its answer has the printed answer's members", async () => {
  const command = block('sh', 'curl').replace('http://localhost:3000', service.url);
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  const answer = JSON.parse(stdout) as Record<string, unknown>;
  const printed = JSON.parse(block('json', 'registration_client_uri')) as Record<string, unknown>;
  expect(Object.keys(answer)).toEqual(Object.keys(printed));
  for (const member of ['client_name', 'redirect_uris', 'grant_types', 'response_types', 'scope']) {
    expect(answer[member]).toEqual(printed[member]);
  }
});

test('README · every file it points to exists', () => {
  const links = [...README.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(10);
  for (const link of links.filter((target) => !target.startsWith('http'))) {
    expect({ link, exists: existsSync(link) }).toEqual({ link, exists: true });
  }
});
