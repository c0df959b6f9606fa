// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '采样',
  'caption.digits': '将 64 个随机潜变量解码，得到没有人写过的数字。依次选取两个，即可在它们之间插值。',
  'caption.fashion': '将 64 个随机潜变量解码，得到没有人穿过的服饰。依次选取两个，即可在它们之间插值。',
  'caption.kmnist': '将 64 个随机潜变量解码，得到没有人写过的字符。依次选取两个，即可在它们之间插值。',
  'caption.files': '将 64 个随机潜变量解码，得到全新的图像。依次选取两个，即可在它们之间插值。',
  'shown.pretrained': '由预训练模型解码。',
  'shown.trained': '由你的模型解码（第 {step} 步）。',
  'shown.untrained': '由你的模型解码；模型尚未训练，因此只有噪声。',
  grid: '64 个样本，8 行 8 列。用方向键移动，按 Enter 键选取一个用于插值。',
  cell: '样本 {n:plain}',
  cellPicked: '样本 {n:plain}，已选为 {slot}',
  cellPickedTwice: '样本 {n:plain}，同时选为 A 和 B',
  pick: '样本 {n:plain}',
  renew: '重新采样',
  'renew.title': '使用下一个随机种子重新采样',
  seed: '随机种子',
  seedRefused: '请输入 {low:plain} 到 {high:plain} 之间的整数。当前显示的仍是种子 {seed:plain} 的样本。',
  source: '你的模型使用 **{data}** 训练。',
  'note.encoder': '同一种子总是采出相同的潜变量，因此可以看到潜空间中同一批点随训练逐渐清晰。',
  'note.free': '该模型没有编码器：潜变量采自由训练图像的潜变量拟合出的高斯分布，该分布每一步都在变化。',
};
