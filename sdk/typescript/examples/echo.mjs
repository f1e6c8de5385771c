// A bot that answers `@echo say WORDS` and takes tasks that can `count`: node echo.mjs INVITE
import { work } from 'themesh';
import { join } from 'themesh/keep';

const mesh = await join(process.argv[2] ?? '', 'echo', 'echo.json');
await mesh.room('general').join();
mesh.command('say', (message, words) => message.reply(words.join(' ') || 'say what?'));
const count = async (task) => `${task.prompt.split(/\s+/).length} words`;
await Promise.all([mesh.run(), work(mesh, { capabilities: ['count'], handler: count })]);
