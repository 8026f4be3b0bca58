import { beginAt } from './begin-at.js';

test.each([
  ['goes on where the states are', { position: 7, offset: 4 }, 9, { position: 7, offset: 4 }],
  ['at the end of the topic', { position: 7, offset: 8 }, 9, { position: 7, offset: 8 }],
  [
    'the end of the topic is lost: from its beginning',
    { position: 7, offset: 9 },
    9,
    { position: 7, offset: -1 },
  ],
  ['the topic was made anew', { position: 7, offset: 4 }, 0, { position: 7, offset: -1 }],
  ['nothing taken in yet', { position: 0, offset: -1 }, 0, { position: 0, offset: -1 }],
])('design §8 · following the events: %s', (_name, progress, end, begin) => {
  expect(beginAt([progress], [{ end }])).toEqual([begin]);
});

test('design §8 · a partition that the topic of events does not have is followed from its beginning', () => {
  expect(beginAt([{ position: 7, offset: 4 }], [])).toEqual([{ position: 7, offset: -1 }]);
});
