// @ts-check
/** @type {import('../i18n/index.js').Table} */
export default {
  // Masthead and chapters
  title: 'Inkling：学写字的神经网络',
  skip: '跳到训练',
  chapters: '章节',
  'chapter.studio': '工作台',
  'chapter.studio.about': '选择数据、训练模型、手写、采样、插值',
  'chapter.studio.lede':
    '在浏览器里训练一个变分自编码器：它学会把每个数字压缩成几个数值，再由这些数值画出数字；换一组数值，就能画出没人写过的数字。',
  'chapter.inside': '模型内部',
  'chapter.inside.about': '看看模型的潜空间是什么样子',
  'chapter.inside.lede': '看看模型内部：它对数字的认识都存放在潜空间里，相近的点会解码成相似的数字。',
  language: '语言',
  'language.unreachable': '无法加载 {name} 版页面，请检查网络连接。',
  dropInStudio: '请先打开工作台，再把文件拖放到那里。',
  'device.finding': '正在寻找 GPU…',
  'device.cpu': 'CPU · 单线程，SIMD',
  'device.gpu': 'WebGPU · {adapter}',
  'device.gpuUnnamed': 'WebGPU',
  'device.why': '正在使用 {device}。为什么？',
  loading: '正在加载引擎…',
  ready: '已就绪，点击“开始”训练你的模型。',

  // Transport
  training: '训练',
  'start.idle': '开始',
  'start.paused': '继续',
  'start.finished': '继续训练',
  pause: '暂停',
  step: '单步',
  'step.about': '只训练一步',
  reset: '重置',
  'reset.about': '用新的随机权重从头训练，之后仍可恢复当前模型。',
  epochs: '轮',
  steps: '步',
  rate: '步/秒',
  left: '剩余 **{left:duration}**',
  leftUnknown: '剩余 **–**',
  progress: '训练进度',

  // Whose digits are shown
  'shown.label': '页面显示哪个模型',
  'shown.pretrained': '预训练',
  'shown.yours': '你的模型',
  'shown.best': '{title}，{latent} 维潜变量。',
  'shown.bestOf': '{title}，{latent} 维潜变量，在 {data} 上训练了 {epochs} 轮。',
  'shown.bestLoss': '测试损失 {loss:nats} 奈特。',
  'shown.trained': '你的模型已训练 {step} 步。',
  'shown.untrained': '你的模型尚未训练，画出的只是噪声。',

  // Footer
  how: '工作原理',
  'how.picture': '数字进入编码器，得到 μ 和 σ；由此采样出 z；解码器再把 z 变回数字。',
  'how.code':
    '**编码器**把一个数字映射为潜空间中的高斯分布：每一维都有均值 μ 和标准差 σ。从中采样得到编码 z，**解码器**再由 z 画出数字。',
  'how.loss':
    '**损失** = 重建误差 + β × KL 散度，单位是每张图像的奈特数。第一项使重建忠实于原图；第二项使这些高斯分布靠近先验 N(0, 1)，这样随机编码也能解码成数字。',
  'how.rate': '**学习率**在训练的前十分之一升高，随后衰减到接近零：先大步前进，再小步收敛。',
  encoder: '编码器',
  decoder: '解码器',
  noise: '噪声',
  private: '一切都在本机运行，你写的数字不会离开这台设备。',
  benchmark: '性能测试',
  licence: 'MIT 或 Apache-2.0',

  'resume.title': '继续上次的训练？',
  'resume.accept': '继续',
  'resume.discard': '丢弃',
  'resume.what': '{preset}，{data}，第 {epoch} / {epochs} 轮，{when}。',
  'resume.whatWithLoss': '{preset}，{data}，第 {epoch} / {epochs} 轮，损失 {loss:nats}，{when}。',
  'resume.filesNotStored': '当时的图像文件没有保存。请先重新选择这些文件，否则将用当前数据继续训练。',
  'resume.willBeReplaced': '新的训练满一分钟后会取代它。',
  'resume.ready': '已就绪。点击“继续”恢复上次的训练，或点击“开始”重新训练。',
  'resume.replaced': '浏览器现已改为保存本次训练，上次的训练已被取代。',
  'resume.discarded': '已丢弃上次的训练。',
  'resume.withoutFiles': '已回到上次训练的第 {step} 步。当时的图像文件没有保存，现用当前数据（{data}）继续训练。',
  'resume.gone': '上次的训练已不存在：它在另一个标签页中被丢弃了。',
  'resume.unreadable': '无法读取上次的训练：记录已损坏，或由本页的其他版本保存。',
  'resume.notDiscarded': '浏览器无法删除上次的训练：{said}',

  'fatal.stopped': '引擎已停止',
  'fatal.notStarted': '引擎未能启动',
  'fatal.crashed': '引擎因内部错误而崩溃。',
  'fatal.checkpoint': '重启后将恢复到最近的检查点。',
  'fatal.detail': '技术细节：{said}',
  'fatal.restart': '重启引擎',
  'fatal.restartOnCpu': '改用 CPU 重启',

  panelFailed: '页面的这一部分未能启动。请重新加载页面后再试。',

  'kept.full': '浏览器存储空间已满，本次训练未被保存。',
  'kept.unavailable': '浏览器存储不可用，本次训练未被保存。',

  'digits.full': '你的数字集已满：最多可存 {n} 个数字。',
  'digits.noRoom': '浏览器存储空间已满，这个数字只保留到页面关闭为止。',
  'digits.notStored': '浏览器存储不可用，这个数字只保留到页面关闭为止。',
  'digits.unchanged': '浏览器无法更新你的数字集：{said}',

  'file.tooLarge': '{name} 的大小为 {size:bytes}，超出本页模型文件的上限（{most:bytes}）。',
  'file.unreadable': '无法读取 {name}。',
};
