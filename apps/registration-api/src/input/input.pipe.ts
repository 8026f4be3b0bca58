import type { PipeTransform } from '@nestjs/common';
import { readBody } from './read-body.js';
import { type InputClass, readInput } from './read-input.js';

/** `@Query(fromQuery(ListClientsQuery)) query: ListClientsQuery` */
export const fromQuery = <T extends object>(input: InputClass<T>): PipeTransform<unknown, T> => ({
  transform: (query) => readInput(input, query, 'query'),
});

/** `@Body(fromBody(ReasonBody)) body: ReasonBody`. Nest runs it after the guards: who may not call is not read. */
export const fromBody = <T extends object>(input: InputClass<T>): PipeTransform<unknown, T> => ({
  transform: (body) => readInput(input, readBody(body), 'body'),
});
