import { expect, test } from '@jest/globals';
import { Slots } from './slots.js';

const patient = () => new AbortController().signal;

test('S1 · no more at once than there are places, and those who wait come in their order', async () => {
  const slots = new Slots(2);
  const came: string[] = [];
  const come = (name: string, signal = patient()) => slots.take(signal).then(() => void came.push(name));
  const impatient = new AbortController();
  await Promise.all([come('a'), come('b')]);
  const waiting = [come('c'), come('d', impatient.signal), come('e')];
  await Promise.resolve();
  expect(came).toEqual(['a', 'b']);

  impatient.abort(new Error('no place in time'));
  await expect(waiting[1]).rejects.toThrow('no place in time');
  slots.giveBack();
  slots.giveBack();
  await Promise.all([waiting[0], waiting[2]]);
  expect(came).toEqual(['a', 'b', 'c', 'e']);

  slots.giveBack();
  slots.giveBack();
  await Promise.all([come('f'), come('g')]);
  expect(came).toHaveLength(6);
});
