"""Invented names in several scripts, each with a spelling for e-mail addresses: `Łukasz/lukasz`."""

from functools import cache

FIRST_NAMES = {
    "english": "James/james Mary/mary Oliver/oliver Grace/grace Noah/noah Emma/emma Henry/henry Ruth/ruth "
    "Walter/walter Hazel/hazel Calvin/calvin Iris/iris",
    "spanish": "José/jose María/maria Iñigo/inigo Lucía/lucia Andrés/andres Begoña/begona Raúl/raul Inés/ines",
    "french": "Zoë/zoe François/francois Hélène/helene Léa/lea Gaëlle/gaelle Benoît/benoit Anaïs/anais",
    "german": "Jürgen/juergen Käthe/kaethe Björn/bjoern Sören/soeren Anneliese/anneliese Götz/goetz Änne/aenne",
    "polish": "Łukasz/lukasz Małgorzata/malgorzata Paweł/pawel Żaneta/zaneta Święcisława/swiecislawa Michał/michal "
    "Agnieszka/agnieszka Jędrzej/jedrzej",
    "turkish": "İbrahim/ibrahim Şule/sule Çağla/cagla Ömer/omer Işıl/isil Gülşen/gulsen",
    "greek": "Γιώργος/giorgos Ελένη/eleni Νίκος/nikos Σοφία/sofia",
    "cyrillic": "Дмитрий/dmitry Ольга/olga Сергей/sergey Наталья/natalya Юрій/yurii",
    "hebrew": "נועה/noa יוסף/yosef תמר/tamar",
    "arabic": "ليلى/layla عمر/omar سلمى/salma",
    "chinese": "伟/wei 秀英/xiuying 建国/jianguo 静/jing",
    "japanese": "健太/kenta さくら/sakura 陽子/yoko",
    "korean": "민준/minjun 서연/seoyeon 지훈/jihun",
}

LAST_NAMES = {
    "english": "Miller/miller O'Neill/oneill Smith-Jones/smith-jones McKay/mckay Whitfield/whitfield Abbott/abbott "
    "Ellison/ellison Harper/harper Quill/quill Yates/yates",
    "spanish": "Núñez/nunez Ibáñez/ibanez Muñoz/munoz Güell/guell Peña/pena",
    "french": "Lefèvre/lefevre D’Aubigné/daubigne Çelle/celle Noël/noel Bérenger/berenger",
    "german": "Müller/mueller Weiß/weiss Großmann/grossmann Schröder/schroeder Jäger/jaeger Özil-Vogt/oezil-vogt",
    "polish": "Wójcik/wojcik Żółć/zolc Świątek/swiatek Łęcki/lecki Ćwikła/cwikla Dąbrowska/dabrowska",
    "turkish": "Yıldız/yildiz Şahin/sahin Öztürk/ozturk Çelik/celik Kılıç/kilic",
    "greek": "Παπαδόπουλος/papadopoulos Ιωάννου/ioannou Κωνσταντίνου/konstantinou",
    "cyrillic": "Иванов/ivanov Ёлкин/yolkin Шевченко/shevchenko Щукина/shchukina",
    "hebrew": "לוי/levi כהן/cohen ברק/barak",
    "arabic": "حداد/haddad النجار/alnajjar",
    "chinese": "王/wang 李/li 张/zhang 欧阳/ouyang",
    "japanese": "田中/tanaka 佐藤/sato 鈴木/suzuki",
    "korean": "김/kim 박/park 이/lee",
}

LANGUAGES = {
    "Dallas": ("english", "english", "english", "spanish", "chinese", "korean"),
    "Austin": ("english", "english", "spanish", "french", "japanese", "arabic"),
    "Łódź": ("polish", "polish", "polish", "cyrillic", "hebrew", "greek"),
    "München": ("german", "german", "turkish", "greek", "french", "cyrillic"),
}
"""The languages of the names at a location. A repeated language is more frequent."""


@cache
def with_spellings(names: str) -> list[tuple[str, str]]:
    """Return each name with its spelling for e-mail addresses."""
    return [(name, plain) for name, _, plain in (pair.partition("/") for pair in names.split())]
