import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SERVE } from './swift-server.ts';

/** Errors that quote a request, as a server of ours meets them: uvicorn's logger, as uvicorn sets it up after ours; a task and a thread that nobody waits for. */
const FAILING = `
import asyncio, gc, logging, logging.config, sys, threading
if sys.argv[1] == 'quiet':
    import quiet_log
    quiet_log.keep_words_out()
logging.config.dictConfig({'version': 1, 'disable_existing_loggers': False, 'formatters': {'f': {'format': '%(levelname)s: %(message)s'}}, 'handlers': {'h': {'class': 'logging.StreamHandler', 'formatter': 'f'}}, 'loggers': {'uvicorn': {'handlers': ['h'], 'level': 'WARNING', 'propagate': False}}})
log = logging.getLogger('uvicorn.error')
def answer(): raise ValueError('May I sublet?')
def raised():
    try: answer()
    except ValueError as error: return error
log.error('Exception in ASGI application\\n', exc_info=raised())
try: raise ExceptionGroup('May I sublet?', [raised()])
except ExceptionGroup: log.exception('while answering: May I sublet?')
async def unheard():
    async def task(): answer()
    asyncio.ensure_future(task())
    await asyncio.sleep(0.01)
    gc.collect()
asyncio.run(unheard())
thread = threading.Thread(target=answer)
thread.start()
thread.join()
log.warning('a plain %s', 'word')
`;

async function logged(how: 'quiet' | 'loud'): Promise<string> {
	const { stderr } = await promisify(execFile)('python3', ['-B', '-c', FAILING, how], { env: { PATH: process.env['PATH'], PYTHONPATH: dirname(SERVE) } as unknown as NodeJS.ProcessEnv });
	return stderr;
}
const times = (text: string, what: string) => text.split(what).length - 1;

it('the log of a server tells kind and place of what failed, and no word of a request', async () => {
	// What they would say: else the test below could not fail.
	expect(times(await logged('loud'), 'May I sublet?')).toBeGreaterThanOrEqual(4);
	const quiet = await logged('quiet');
	expect(quiet).not.toContain('sublet');
	expect([times(quiet, 'ValueError'), times(quiet, 'ExceptionGroup'), times(quiet, 'in answer')]).toEqual([4, 1, 4]);
	expect(quiet).toContain('WARNING: a plain word');
});
