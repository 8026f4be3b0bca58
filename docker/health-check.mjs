// The health check of every container of this image: node docker/health-check.mjs URL. Exit status 0 when the URL
// answers 2xx in time, 1 with one line that says what is wrong otherwise (Docker keeps it in the container's state).
const WITHIN_MS = 4_000;
const [url = 'http://127.0.0.1:3000/health/ready'] = process.argv.slice(2);
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
  const text = await answer.text();
  if (!answer.ok) {
    console.log(`${answer.status} ${text.slice(0, 500)}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.log(error.cause?.code ?? error.message);
  process.exitCode = 1;
}
