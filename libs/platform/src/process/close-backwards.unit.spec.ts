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

test('what cannot be closed keeps nothing else open; the first failure is thrown at the end, once', async () => {
  const closed: string[] = [];
  const open = new CloseBackwards();
  const fails = (name: string) => {
    closed.push(name);
    throw new Error(`${name} does not close`);
  };
  open.add('log', async (name) => void closed.push(name));
  open.add('keys', fails);
  open.add('models', async (name) => fails(name));
  await expect(open.close()).rejects.toThrow('models does not close');
  expect(closed).toEqual(['models', 'keys', 'log']);
  await open.close();
});
