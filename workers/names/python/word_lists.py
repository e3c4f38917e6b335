"""Words by which names are told in Chinese and English text. Written for this project; add to them freely."""

#: Surnames of one sign: the common ones of the Hundred Family Surnames and of the census of 2020.
SURNAMES = set(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈"
    "项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石"
    "崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束"
    "龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农"
    "温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空"
    "曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖覃兰闫付岳代辜揭苟佟原邸种茆"
)
COMPOUND_SURNAMES = {"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "独孤", "南宫", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "令狐", "端木", "轩辕", "百里", "东郭", "呼延", "西门", "公冶", "淳于", "单于", "申屠", "太史", "澹台", "万俟", "钟离", "闻人"}

#: What stands right before a person's name.
BEFORE_NAME = (
    "原告|被告|上诉人|被上诉人|申请人|被申请人|第三人|委托人|受托人|代理人|证人|被害人|受害人|嫌疑人|被告人|债务人|债权人|担保人|保证人|借款人|出借人|出租人|承租人|买受人|出卖人|投保人|被保险人|受益人|继承人|"
    "法定代表人|负责人|联系人|经办人|客户|储户|持卡人|开户人|收款人|付款人|户主|员工|职员|同事|朋友|丈夫|妻子|父亲|母亲|儿子|女儿|邻居|姓名|名叫|我叫|叫做|律师|法官|经理|主任|医生|老师"
)
#: What follows a name at once.
AFTER_NAME = "先生|女士|小姐|太太|律师|法官|检察官|经理|总经理|主任|行长|医生|教授|老师|同志|总监|董事长|董事|秘书|会计|夫妇|本人"
#: Signs that follow a surname without making it a name.
NOT_GIVEN = set("某家氏姓先女总了在是和与及或等案方款项条市县区省镇村路街号年月日元万亿")

#: Words that begin with a surname's sign and are none.
NO_NAMES = set("付清 陈述 申请人 被申请人 仲裁委 仲裁员 应诉 安全 高额 高度 方法 方式 方案 方面 万元 时间 时效 时限 金额 金融 金钱 关系 关于 关联 成立 成果 管理 管辖 解除 解释 于是 余额 余款 平台 平等 平均 常见 明确 明显 项目 项下 章程 章节 支付 支持 支行 单位 单方 单独 经理 经营 经济 经过 宣告 石油 水电 和解 和谐 贺卡 温馨 程序 程度 路线 路口 段落 终止 终审 终身 贷款 贸易 华侨 华东 祖国 相关 相应 查询 查封 后果 后续 强制 强调 通知 通过 通行证 都是 毕业 毕竟 应当 应付 应收 全部 全体 全额 车辆 车牌 车主 卡号 牛奶 马上 马路 包括 包含 左右 计算 计划 利息 利率 利润 别墅 宿舍 房东 房屋 房产 房贷 国家 国有 钱款 施工 汇款 汇率 孙子 孙女 皮肤 顾问 顾客 莫名 容易 容忍 向来 古董 党员 空白 空调 辛苦".split())

#: Endings of names of firms and institutions, the longer first.
ORGANISATION = (
    "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "合伙企业", "律师事务所", "会计师事务所", "事务所", "农村商业银行", "商业银行", "信用社", "支行", "分行", "银行", "总公司", "分公司", "子公司", "集团", "公司",
    "人民医院", "医院", "诊所", "大学", "学院", "中学", "小学", "幼儿园", "研究院", "研究所", "基金会", "协会", "商会", "合作社", "酒店", "宾馆", "饭店", "超市", "商行", "工作室", "服装厂", "制造厂", "加工厂",
)
#: An ending alone, or with only such a word before it, names nobody.
GENERIC = set("本该贵我你他她其此某各每这那两一二三几多全总分子母新老原甲乙丙丁方物业保险证券房地产建筑科技贸易投资开发有限商业担保小额贷款外资国有民营上市大小型目标关联中介劳务派遣用人用工发包承包施工租赁金融信托基金管理相关对方第三家")
#: Public authorities are told to everybody.
AUTHORITY = ("法院", "检察院", "公安局", "派出所", "人民政府", "委员会", "仲裁委", "监管局", "税务局", "人民银行", "住建局", "人社局", "银保监会", "证监会")

#: Given names of English text, common ones and some that lawyers' examples use.
GIVEN_NAMES = set(
    """Aaron Abigail Adam Adrian Aisha Alan Albert Alexander Alexandra Alice Alison Amanda Amelia Amir Amy Andrea Andrew Angela Anita Ann Anna Anne Anthony Antonio Arthur Ashley Barbara Beatrice Ben Benjamin Bernard Beth Bill
    Brandon Brenda Brian Bruce Caroline Carl Carlos Carol Catherine Charles Charlotte Chloe Chris Christian Christina Christine Christopher Claire Clara Colin Craig Cynthia Daniel Daniela David Deborah Denise Dennis Derek Diana
    Diane Dominic Donald Donna Dorothy Douglas Edward Elaine Eleanor Elena Elizabeth Ella Ellen Emily Emma Eric Erin Ethan Eva Evelyn Fatima Felix Fiona Florence Frances Francis Frank Frederick Gareth Gary George Gerald Gloria
    Grace Graham Greg Gregory Hannah Harold Harry Hassan Heather Helen Henry Howard Hugh Ian Ibrahim Irene Isaac Isabel Isabella Ivan Jack Jacob Jacqueline James Jane Janet Jason Jean Jeffrey Jennifer Jeremy Jessica Jill Joan
    Joanna John Jonathan Joseph Joshua Joyce Juan Judith Julia Julian Julie Justin Karen Katherine Kathleen Keith Kelly Kenneth Kevin Kimberly Kyle Larry Laura Lauren Lawrence Leah Leo Leonard Lewis Liam Linda Lisa Louis Louise
    Lucas Lucy Luke Lydia Malcolm Marcus Margaret Maria Marie Marilyn Mark Martha Martin Mary Matthew Maurice Max Megan Melanie Melissa Michael Michelle Miguel Miriam Mohammed Monica Nancy Naomi Natalie Nathan Neil Nicholas
    Nicola Nicole Nigel Nina Noah Nora Norman Oliver Olivia Omar Oscar Owen Pamela Patricia Patrick Paul Paula Peter Philip Phillip Priya Rachel Ralph Raymond Rebecca Richard Robert Robin Roger Ronald Rosa Rose Roy Russell Ruth
    Ryan Sally Samantha Samuel Sandra Sara Sarah Scott Sean Sharon Shirley Simon Sofia Sophia Sophie Stephanie Stephen Steven Stuart Susan Teresa Theodore Theresa Thomas Timothy Tina Todd Tom Tracy Trevor Valerie Vanessa Victor
    Victoria Vincent Virginia Walter Wayne Wendy William Yusuf Zachary Zoe""".split()
)
#: Surnames in pinyin; a second capitalised syllable or two makes a name of them.
PINYIN_SURNAMES = set("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Han Feng Deng Cao Peng Zeng Xiao Tian Dong Yuan Pan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Cui Zhong Tan Fan Wan Shi Xiong Qian Qin Fu Ouyang Situ".split())
TITLES = r"Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Attorney|Counsel|Judge|Justice|Inspector|Officer|Nurse"
ROLES = r"plaintiff|defendant|claimant|respondent|appellant|appellee|petitioner|applicant|tenant|landlord|lessor|lessee|borrower|lender|guarantor|customer|client|witness|employee|employer|testator|executor|beneficiary|trustee|debtor|creditor|buyer|seller|patient|cardholder|account holder|colleague|director|manager|wife|husband|son|daughter|brother|sister|named|name is|I am"
ORGANISATION_ENDINGS = r"Inc\.?|Incorporated|Ltd\.?|Limited|LLC|L\.L\.C\.|LLP|PLC|plc|Corp\.?|Corporation|Co\.|Company|GmbH|AG|S\.A\.|SA|N\.V\.|B\.V\.|Pty|Holdings|Group|Partners|Associates|Bank|Bancorp|Trust|Insurance|Assurance|Capital|Securities|Ventures|Logistics|Pharmaceuticals|Industries|Technologies|Solutions|Hospital|Clinic|University|College|Foundation|Association|Chambers|Solicitors"
#: Capitalised words that begin a sentence or name a thing of law, and no name of a person or firm.
NOT_A_NAME = set(
    """The A An This That These Those In On At By For From To Of And Or But If When Where While Under Section Article Clause Act Law Court Supreme High District Federal Crown County State States United Kingdom Republic Central Reserve
    European Union National Public Local Civil Criminal Labour Labor Family Appeals Appeal Commission Council Board Department Ministry Office Authority Agency Treasury Parliament Congress Senate Monday Tuesday Wednesday Thursday Friday
    Saturday Sunday January February March April May June July August September October November December Dear Please Your My Our Their His Her Its We You They He She It I Any Each Every No Not Is Are Was Were Has Have Had Does Do Did
    Can Could May Might Must Shall Should Will Would Agreement Contract Lease Deed Schedule Annex Exhibit Appendix Part Chapter Title Code Rule Rules Regulation Directive Convention Treaty Constitution Bill Amendment Party Parties Bank's""".split()
)
