import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ROLES } from '#lib/domain/permission.ts';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import { userIdOf } from './people.ts';
import { columns } from './speaker.ts';
import { oneOf, segment, toolsFor, wholeNumber } from './tools.ts';
import type { Surroundings } from './tools.ts';

type Project = { slug: string; name: string; objective: string; overlap: number; role: string | null };

/** `plumbline project` */
export function addProject(program: Command, surroundings: Surroundings): void {
	const project = program.command('project').summary('projects and who is in them').description('Projects and who is in them.');

	project
		.command('list')
		.summary('the projects you may see')
		.action(async (_options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { projects } = await (await api()).get<{ projects: Project[] }>('/projects');
			speaker.result({ projects }, projects.length > 0 ? columns(projects.map(({ slug, role, objective, overlap, name }) => [slug, role, objective, `${overlap} a pair`, name])) : ['No projects.']);
		});

	project
		.command('create')
		.summary('make a project; its first round is open at once (administrators)')
		.argument('<slug>', 'its name in addresses: lower-case letters, digits, hyphens')
		.option('--name <name>', 'its name for people (default: the slug)')
		.option('--overlap <n>', 'how many people judge each pair', wholeNumber(1), 1)
		.option('--objective <objective>', DATASET_OBJECTIVES.join(', '), oneOf(DATASET_OBJECTIVES, 'objective'))
		.option('--guideline <file>', 'Markdown file with the instructions for who judges')
		.option('--system-prompt <file>', 'text file with the system prompt put before every prompt')
		.addHelpText('after', `
Example:
  npx plumbline project create tenancy --name "Tenancy law" --overlap 3 --guideline guideline.md`)
		.action(async (slug: string, options: { name?: string; overlap: number; objective?: string; guideline?: string; systemPrompt?: string }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { name = slug, overlap, objective, guideline, systemPrompt } = options;
			const made = await (await api()).send<{ id: string; slug: string; round: number }>('POST', '/projects', {
				slug,
				name,
				overlap,
				...(objective ? { objective } : {}),
				...(guideline ? { guideline: await readFile(guideline, 'utf8') } : {}),
				...(systemPrompt ? { systemPrompt: await readFile(systemPrompt, 'utf8') } : {})
			});
			speaker.result(made, [`Made ${made.slug}. Round ${made.round} is open.`]);
		});

	project
		.command('member')
		.summary('give a person a role in a project')
		.argument('<project>')
		.argument('<person>', 'email, or the id of an account')
		.argument('<role>', ROLES.join(', '), oneOf(ROLES, 'role'))
		.action(async (slug: string, person: string, role: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const userId = await userIdOf(server, person);
			const member = await server.send<{ userId: string; role: string }>('PUT', `/projects/${segment(slug)}/members/${userId}`, { role });
			speaker.result(member, [`${person} is ${member.role} of ${slug}.`]);
		});
}
