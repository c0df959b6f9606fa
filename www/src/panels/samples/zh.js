// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '采样',
  'caption.digits': '由 [[sample|64 个随机编码]]解码出的数字，都没人写过。依次选取两个即可[[interpolation|插值]]。',
  'caption.fashion': '由 [[sample|64 个随机编码]]解码出的服饰，都没人穿过。依次选取两个即可[[interpolation|插值]]。',
  'caption.kmnist': '由 [[sample|64 个随机编码]]解码出的字符，都没人写过。依次选取两个即可[[interpolation|插值]]。',
  'caption.files': '由 [[sample|64 个随机编码]]解码出的全新图像。依次选取两个即可[[interpolation|插值]]。',
  'shown.pretrained': '由预训练模型解码。',
  'shown.trained': '由你的模型解码（第 {step} 步）。',
  'shown.untrained': '由你的模型解码；模型尚未训练，结果只是噪声。',
  grid: '64 个样本，8 行 8 列。用方向键移动，按 Enter 键选取一个用于插值。',
  cell: '样本 {n:plain}',
  cellPicked: '样本 {n:plain}，已选为 {slot}',
  cellPickedTwice: '样本 {n:plain}，同时选为 A 和 B',
  pick: '样本 {n:plain}',
  renew: '重新采样',
  'renew.title': '用下一个随机种子重新采样',
  seed: '随机种子',
  seedRefused: '请输入 {low:plain} 到 {high:plain} 之间的整数。当前样本仍来自随机种子 {seed:plain}。',
  source: '你的训练数据：**{data}**。',
  'note.encoder':
    '同一[[seed|随机种子]]总是采出相同的[[code|编码]]，因此可以看到[[latent-space|潜空间]]中的同一批点随训练逐渐清晰。',
  'note.free':
    '没有[[encoder|编码器]]时，[[code|编码]]采样自一个高斯分布；它由训练图像的编码拟合而成，每一步都在变化。',
};
