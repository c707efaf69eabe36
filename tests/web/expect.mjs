// Checks that go on after the first failure, and waiting with a deadline.

const failures = [];

export function check(condition, what) {
  if (!condition) {
    failures.push(what);
    console.log(`FAILED ${what}`);
  }
}

export function equal(actual, expected, what) {
  check(Object.is(actual, expected), `${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function none(list, what) {
  for (const it of list) check(false, `${what}: ${it}`);
}

export async function until(condition, what, ms = 10_000) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      last = error.message;
    }
    if (Date.now() > end) {
      check(false, `${what}: not within ${ms} ms; last: ${JSON.stringify(last)}`);
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function finish() {
  console.log(failures.length === 0 ? 'OK' : `${failures.length} checks failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
