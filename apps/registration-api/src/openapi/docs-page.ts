import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** Everything from this host, nothing inline: the page shows a service that holds credentials. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Relative addresses, so that the page also works below a path of a proxy. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollbook</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Tokens that a reader types in stay in the page: nothing is kept in the browser's storage. */
const START = `SwaggerUIBundle({
  url: 'docs/openapi.json',
  domNode: document.getElementById('page'),
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

type PageFile = { mediaType: string; content: Readable | string };

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** A file of the page, from the package that carries it; null for every other name. */
export function pageFile(name: string): PageFile | null {
  if (name === 'start.js') return { mediaType: 'text/javascript; charset=utf-8', content: START };
  const mediaType = MEDIA_TYPES.get(name);
  if (mediaType === undefined) return null;
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return { mediaType, content: createReadStream(path.join(folder, name)) };
}
