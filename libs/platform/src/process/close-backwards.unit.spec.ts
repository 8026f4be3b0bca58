import { CloseBackwards } from '@rollbook/platform';

test('what was opened last is closed first, once', async () => {
  const closed: string[] = [];
  const open = new CloseBackwards();
  const close = async (name: string) => void closed.push(name);
  expect(open.add('log', close)).toBe('log');
  open.add('models', close);
  await open.close();
  await open.close();
  expect(closed).toEqual(['models', 'log']);
});
