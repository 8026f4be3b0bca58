import { Controller, Get, Header, Inject, Param, Res } from '@nestjs/common';
import { RegistrationError } from '@rollbook/protocol';
import type { FastifyReply } from 'fastify';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { PAGE, PAGE_POLICY, pageFile } from './docs-page.js';
import { openApiDocument } from './document.js';

/** The service's own description, and a page to try it. Nothing of it is made before somebody asks. */
@Controller('docs')
export class OpenApiController {
  readonly #publicUrl: string;
  #document: string | null = null;

  constructor(@Inject(PARTS) { config }: RegistrationApiParts) {
    this.#publicUrl = config.publicUrl;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  @Header('referrer-policy', 'no-referrer')
  page(): string {
    return PAGE;
  }

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    this.#document ??= JSON.stringify(openApiDocument({ publicUrl: this.#publicUrl }));
    return this.#document;
  }

  @Get(':file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    const file = pageFile(name);
    if (file === null) throw new RegistrationError('not_found', 'there is nothing at this path');
    void reply.type(file.mediaType).send(file.content);
  }
}
