import { choiceField } from './field.ts';
import type { Flags } from './field.ts';

/** Where a run's curves go besides the record. */
export const TRACKER_FIELDS = {
	tracker: choiceField(
		{ none: { en: 'nowhere', zh: '不输出' }, tensorboard: { en: 'TensorBoard files, kept with the run', zh: 'TensorBoard 文件，随训练保存' }, mlflow: { en: 'this installation’s MLflow', zh: '本系统的 MLflow' } },
		{
			label: { en: 'Curves also go to', zh: '曲线另存到' },
			help: { en: 'The curves of this page once more, for another tool. Nothing leaves the installation but to an MLflow that its operator named.', zh: '把本页的曲线再输出一份给其他工具。除运维人员指定的 MLflow 外，任何内容都不会离开本系统。' },
			part: 'more', propose: () => 'none', flag: (value, { engine }): Flags => (engine === 'megatron' ? {} : { report_to: value })
		}
	)
} as const;
