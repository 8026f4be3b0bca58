import type { PipeTransform } from '@nestjs/common';
import { type InputClass, type InputSource, readInput } from './read-input.js';

/** The rim of {@link readInput}: `@Query(fromQuery(ListClientsQuery)) query: ListClientsQuery`. */
const pipe = <T extends object>(input: InputClass<T>, source: InputSource): PipeTransform<unknown, T> => ({
  transform: (raw) => readInput(input, raw, source),
});

export const fromQuery = <T extends object>(input: InputClass<T>): PipeTransform<unknown, T> =>
  pipe(input, 'query');
export const fromBody = <T extends object>(input: InputClass<T>): PipeTransform<unknown, T> =>
  pipe(input, 'body');
