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
    '在浏览器里训练一个[[vae|变分自编码器]]：它学会把每个数字压缩成几个数值，再由这些数值画出数字；换一组数值，就能画出没人写过的数字。',
  'chapter.inside': '模型内部',
  'chapter.inside.about': '跟随一幅图像穿过网络：潜变量、潜空间地图、解剖图',
  'chapter.inside.lede':
    '跟随一幅图像穿过模型：它先变成几个数，即[[latent-space|潜空间]]中的一个点，再变回像素。写一笔、拖一拖、点一点，这里的一切都会随之变化。',
  'chapter.uses': '应用',
  'chapter.uses.about': 'VAE 能做什么：书写、修复、比较、压缩',
  'chapter.uses.lede':
    '这样的模型有什么用？用你的笔迹写出任何数字，补全缺损，去除噪声，认出异类：每一项都附有可以查验的数字。',
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
  bar: '训练控制',
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
    '**[[encoder|编码器]]**把一个数字映射为[[code|编码]]上的高斯分布，即它的[[posterior|后验]]：每一维[[latent|潜变量]]都有[[mu|均值 μ]] 和[[sigma|标准差 σ]]。借助随机[[eps|噪声]]从中采样得到编码 z（[[reparameterisation|重参数化]]），**[[decoder|解码器]]**再由 z 算出每个像素的 [[logit]]。两者都由多层组成，层与层之间是[[activation|激活函数]]。',
  'how.loss':
    '**[[loss|损失]]** = [[reconstruction|重建误差]] + [[beta|β]] × [[kl|KL 散度]]，单位是每张图像的[[nats|奈特]]数；β = 1 时，它就是 [[elbo|ELBO]] 的相反数。第一项使重建忠实于原图，用[[likelihood|似然]]衡量，可取[[bernoulli|伯努利]]或[[gaussian|高斯]]；第二项使后验靠近[[prior|先验]] N(0, 1)，这样随机编码也能解码成数字。',
  'how.rate':
    '每一[[step|步]]取一[[batch|批]]图像，按 [[adam|Adam]] 的规则沿[[gradient|梯度]]调整参数。**[[learning-rate|学习率]]**在训练的前十分之一升高，随后衰减到接近零：先大步前进，再小步收敛。学习率过高，训练会[[divergence|发散]]；[[epoch|轮数]]过多，则会[[overfitting|过拟合]]。',
  'how.silent':
    '如果 β × KL 超过一维潜变量在重建上节省的代价，这一维就会失去作用，即[[collapse|后验坍塌]]。β [[warm-up|预热]]或[[free-bits|自由比特]]能保住更多[[active-units|活跃维度]]。',
  encoder: '编码器',
  decoder: '解码器',
  noise: '噪声',
  glossary: '术语表',
  'glossary.open': '[[index|术语表]]',
  'glossary.also': '另见',
  'glossary.all': '全部术语',
  'glossary.close': '关闭',
  'glossary.unreachable': '无法下载术语表。请检查网络连接并刷新页面。',
  private: '一切都在本机运行，你写的数字不会离开这台设备。',
  benchmark: '性能测试',
  licence: 'MIT 或 Apache-2.0',

  'resume.title': '继续上次的训练？',
  'resume.accept': '继续',
  'resume.discard': '丢弃',
  'resume.stored': '已保存的训练',
  'resume.one': '{preset}，第 {step} 步，{when}',
  'resume.what': '{preset}，{data}，第 {epoch} / {epochs} 轮，{when}。',
  'resume.whatWithLoss': '{preset}，{data}，第 {epoch} / {epochs} 轮，损失 {loss:nats}，{when}。',
  'resume.filesNotStored': '当时的图像文件没有保存。请先重新选择这些文件，否则将用当前数据继续训练。',
  'resume.openElsewhere': '另有 {n} 次训练正在其他标签页中打开。',
  'resume.ready': '已就绪。点击“继续”恢复上次的训练，或点击“开始”重新训练。',
  'resume.readyElsewhere': '已就绪。已保存的 {n} 次训练正在其他标签页中打开；点击“开始”可在此新建训练。',
  'resume.discarded': '已丢弃这次训练。',
  'resume.withoutFiles': '已回到上次训练的第 {step} 步。当时的图像文件没有保存，现用当前数据（{data}）继续训练。',
  'resume.gone': '这次训练已不存在：它在另一个标签页中被丢弃了。',
  'resume.taken': '这次训练正在另一个标签页中打开，请先关闭那个标签页。',
  'resume.unreadable': '有一次保存的训练无法读取：记录已损坏，或由本页的其他版本保存。',
  'resume.notDiscarded': '浏览器无法删除这次训练：{said}',

  'fatal.stopped': '引擎已停止',
  'fatal.notStarted': '引擎未能启动',
  'fatal.crashed': '引擎因内部错误而崩溃。',
  'fatal.checkpoint': '重启后将恢复到最近的[[checkpoint|检查点]]。',
  'fatal.detail': '技术细节：{said}',
  'fatal.restart': '重启引擎',
  'fatal.restartOnCpu': '改用 CPU 重启',

  panelFailed: '页面的这一部分未能启动。请重新加载页面后再试。',

  'kept.full': '浏览器存储空间已满，本次训练未被保存。',
  'kept.unavailable': '浏览器存储不可用，本次训练未被保存。',
  'kept.madeRoom': '浏览器存储空间已满，已删除另一次保存的训练。',
  'kept.most': '最多保存 {n} 次训练，已删除另一次。',
  'kept.silent': '浏览器存储没有响应。',

  'digits.full': '你的数字集已满：最多可存 {n} 个数字。',
  'digits.noRoom': '浏览器存储空间已满，这个数字只保留到页面关闭为止。',
  'digits.notStored': '浏览器存储不可用，这个数字只保留到页面关闭为止。',
  'digits.unchanged': '浏览器无法更新你的数字集：{said}',

  'file.tooLarge': '{name} 的大小为 {size:bytes}，超出本页模型文件的上限（{most:bytes}）。',
  'file.unreadable': '无法读取 {name}。',
};
