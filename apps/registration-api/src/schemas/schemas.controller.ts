import { Controller, Get, Header, Param } from '@nestjs/common';
import { clientMetadataSchema } from '@rollbook/client-metadata';
import { clientStateSchema } from '@rollbook/event-relay';
import { POLICY_SCHEMA } from '@rollbook/policy';
import { RegistrationError } from '@rollbook/protocol';
import { eventSchema, eventSchemaPath } from '@rollbook/registration';
import { publishedEventSchemas } from './published-event-schemas.js';

const SCHEMA = 'application/schema+json';
const VERSION = /^[1-9]\d{0,3}$/;

/** The shapes of what we write, for those who read it. Text, so that no serialiser changes the media type. */
@Controller('schemas')
export class SchemasController {
  @Get('events')
  events(): object {
    return {
      items: publishedEventSchemas().map(({ type, version }) => ({
        type,
        version,
        url: eventSchemaPath(type, version),
      })),
    };
  }

  @Get('events/:type/:version')
  @Header('content-type', SCHEMA)
  event(@Param('type') type: string, @Param('version') version: string): string {
    const schema = VERSION.test(version) ? eventSchema(type, Number(version)) : null;
    if (schema === null)
      throw new RegistrationError('not_found', 'there is no schema of this event type and version');
    return JSON.stringify(schema);
  }

  @Get('states/ClientState/:version')
  @Header('content-type', SCHEMA)
  clientState(@Param('version') version: string): string {
    const schema = VERSION.test(version) ? clientStateSchema(Number(version)) : null;
    if (schema === null)
      throw new RegistrationError('not_found', 'there is no schema of states in this version');
    return JSON.stringify(schema);
  }

  @Get('policy')
  @Header('content-type', SCHEMA)
  policy(): string {
    return JSON.stringify(POLICY_SCHEMA);
  }

  @Get('client-metadata')
  @Header('content-type', SCHEMA)
  clientMetadata(): string {
    return JSON.stringify(clientMetadataSchema());
  }
}
