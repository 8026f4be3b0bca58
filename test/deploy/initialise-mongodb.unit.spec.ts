import { initialise, type Admin } from '../../docker/initialise-mongodb.js';

const WANTED = {
  replicaSet: 'rollbook',
  member: 'mongodb:27017',
  user: 'rollbook',
  password: 'hunter2',
  databases: ['rollbook', 'rollbook_keys'],
};
type Answers = Record<string, readonly (object | Error)[]>;
const refusal = (code: number) => Object.assign(new Error('refused'), { code });

/** A server that answers each command with the next of its answers, the last one again and again. */
function server(answers: Answers) {
  const asked: object[] = [];
  const left = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]));
  const admin: Admin = {
    command: (command) => {
      asked.push(command);
      const list = left.get(Object.keys(command)[0] ?? '') ?? [{}];
      const answer = (list.length > 1 ? list.shift() : list[0]) ?? {};
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { admin, asked, names: () => asked.map((command) => Object.keys(command)[0]) };
}
const noPause = () => Promise.resolve();
const PRIMARY = { hello: [{ isWritablePrimary: true }] };
const NOBODY = { usersInfo: [{ users: [] }] };

describe('the replica set is initialised by the compose file itself', () => {
  test('a new server: set made, primary awaited, user created', async () => {
    const hello = [{ isWritablePrimary: false }, {}, { isWritablePrimary: true }];
    const { admin, asked } = server({ replSetGetStatus: [refusal(94)], hello, ...NOBODY });
    expect(await initialise(admin, WANTED, noPause)).toEqual([
      'replica set rollbook initiated',
      'user rollbook created',
    ]);
    expect(asked).toContainEqual({
      replSetInitiate: { _id: 'rollbook', members: [{ _id: 0, host: 'mongodb:27017' }] },
    });
    expect(asked.at(-1)).toEqual({
      createUser: 'rollbook',
      pwd: 'hunter2',
      roles: [
        { role: 'readWrite', db: 'rollbook' },
        { role: 'readWrite', db: 'rollbook_keys' },
      ],
    });
  });

  test('again: nothing is made, the user has the password and the rights that are wanted now', async () => {
    const { admin, names } = server({ ...PRIMARY, usersInfo: [{ users: [{}] }] });
    expect(await initialise(admin, WANTED, noPause)).toEqual(['user rollbook set']);
    expect(names()).toEqual(['replSetGetStatus', 'hello', 'usersInfo', 'updateUser']);
  });

  test('another run was quicker with the set: fine', async () => {
    const refused = { replSetGetStatus: [refusal(94)], replSetInitiate: [refusal(23)] };
    const { admin } = server({ ...refused, ...PRIMARY, ...NOBODY });
    expect(await initialise(admin, WANTED, noPause)).toEqual(['user rollbook created']);
  });

  test.each<[string, Answers]>([
    ['wrong root password', { replSetGetStatus: [refusal(18)] }],
    ['a set that cannot be made', { replSetGetStatus: [refusal(94)], replSetInitiate: [refusal(93)] }],
    ['no right to make users', { ...PRIMARY, ...NOBODY, createUser: [refusal(13)] }],
  ])('%s: the start ends with what the server says', async (_case, answers) => {
    await expect(initialise(server(answers).admin, WANTED, noPause)).rejects.toThrow('refused');
  });

  test('no primary within 30 s: the start ends', async () => {
    let waited = 0;
    const pause = (milliseconds: number) => Promise.resolve((waited += milliseconds));
    await expect(initialise(server({ hello: [{}] }).admin, WANTED, pause)).rejects.toThrow('no primary');
    expect(waited).toBe(30_000);
  });

  test('what is printed has no password', async () => {
    const done = await initialise(server({ ...PRIMARY, ...NOBODY }).admin, WANTED, noPause);
    expect(done.join()).not.toContain('hunter2');
  });
});
