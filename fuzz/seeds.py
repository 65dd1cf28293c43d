#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes seeds of real structure into corpus/ and the words of each parser into dict/."""
import bz2, gzip, io, json, lzma, os, re, sqlite3, struct, subprocess, tarfile, tempfile, zipfile, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def seed(noun, name, content):
    folder = os.path.join(HERE, 'corpus', noun.replace('.', '/', 1))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())


# --- versions: the facts of the tests, three versions to a seed ---

def versions():
    folder = os.path.join(ROOT, 'tests/versions')
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.txt'):
            continue
        words = []
        for line in open(os.path.join(folder, name), encoding='utf-8', errors='surrogateescape'):
            parts = line.rstrip('\n').split(' ')
            if not line.startswith('#') and len(parts) == 3 and parts[1] in '<=>':
                words += [parts[0], parts[2]]
        words = sorted(set(words), key=lambda w: (-len(w), w))[:36]
        for i in range(0, len(words) - 2, 3):
            seed('versions.' + name[:-4], f'facts_{i // 3}',
                 '\n'.join(words[i:i + 3]).encode('utf-8', 'surrogateescape'))
    for i, (r, v) in enumerate([('^1.2.3 || ~2.3 || >=4 <5', '1.9.0'), ('1.2 - 2.3.4', '2.3.4'),
                                ('>1.2.3-beta.1 <2.0.0-0', '1.2.3-beta.2'), ('x || * || ""', 'v1.0.0'),
                                ('~>1.2', '=1.2.9+b'), ('<=1.x', '1.99.0'), ('^0.0.3', '0.0.3-rc')]):
        seed('versions.range', f'range_{i}', r + '\n' + v)


# --- short texts ---

def words():
    vectors = ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 'CVSS:3.0/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:L/A:N',
               'AV:N/AC:L/Au:N/C:P/I:P/A:P', '(AV:L/AC:M/Au:S/C:C/I:N/A:N/E:U/RL:OF/RC:C)',
               'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H',
               'CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:L/SC:N/SI:L/SA:N/E:P/CR:L/MAV:P/MSI:S/S:P/AU:Y/R:I/V:C/RE:H/U:Red',
               'CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N/E:P/RL:W/RC:R/MAV:L/CR:H']
    purls = ['pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&epoch=1#a/b',
             'pkg:npm/%40scope/name@1.0.0', 'pkg:maven/g.h/a@1?type=jar', 'pkg:golang/golang.org/x/net@v0.1.0#http2',
             'pkg:rpm/fedora/curl@7.50.3-1.fc25?epoch=1&upstream=curl-7.src.rpm', 'pkg:pypi/a_b@1', 'pkg://x/y']
    for i, v in enumerate(vectors):
        seed('words.cvss', f'vector_{i}', v)
    for i, p in enumerate(purls):
        seed('words.purl', f'purl_{i}', p)
    names = ['musl', 'libc6', 'glibc', '@scope/name', 'a_b.C', 'org.x:y-z', 'golang.org/x/net', 'serde', 'rails',
             'vendor/name', 'A.B', 'wordpress', 'busybox']
    systems = ['alpine\n3.20.1', 'debian\n12', 'rhel\n9.4', 'Debian\n11', 'ubuntu\n22.04', 'almalinux\n9', 'x\n1']
    for i, name in enumerate(names):
        seed('words.made', name.replace('/', '_').replace(':', '_'),
             chr(97 + i) + f'{name}\n1:1.0-r{i}%2\namd64\n' + systems[i % len(systems)])
    for day in ('1970-01-01', '2024-02-29T23:59:59Z', '9999-12-31', '0001-01-01', '2023-02-29'):
        seed('words.date', day, day)


# --- archives ---

TEXT = b'etc/os-release: a text with some repetition, repetition, repetition\n' * 6


def codecs():
    gz = gzip.compress(TEXT, 9, mtime=0)
    full = b'\x1f\x8b\x08\x1e\0\0\0\0\0\x03' + struct.pack('<H', 6) + b'AB\2\0xy' + b'name\0comment\0'
    full += struct.pack('<H', zlib.crc32(full) & 0xffff) + gz[10:]
    many = {'two': gz + gz, 'zeros': gz + bytes(30) + gz + bytes(9), 'garbage': gz + b'garbage', 'cut': gz[:-9],
            'fields': full, 'empty': gzip.compress(b'', mtime=0),
            'stored': gzip.compress(os.urandom(0) + TEXT[:200], 0, mtime=0)}
    for name, content in many.items():
        seed('codec.gzip', name, content)
        seed('codec.zlib', name, content)
    for level, strategy in ((1, zlib.Z_DEFAULT_STRATEGY), (9, zlib.Z_FIXED), (6, zlib.Z_HUFFMAN_ONLY), (0, 0)):
        c = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
        seed('codec.deflate', f'level_{level}', c.compress(TEXT) + c.flush())
    bz = bz2.compress(TEXT, 1)
    seed('codec.bzip2', 'two', bz + bz)
    seed('codec.bzip2', 'tar', bz)
    seed('codec.bzip2', 'empty', bz2.compress(b'', 1))
    seed('codec.bzip2', 'cut', bz[:-5])
    for name, check in (('crc64', lzma.CHECK_CRC64), ('none', lzma.CHECK_NONE), ('sha256', lzma.CHECK_SHA256)):
        f = [{'id': lzma.FILTER_LZMA2, 'dict_size': 4096}]
        if name == 'sha256':
            f.insert(0, {'id': lzma.FILTER_X86})
        xz = lzma.compress(TEXT, check=check, filters=f)
        seed('codec.xz', name, xz)
    def xz_with(filters):
        body = bytes([0, len(filters) // 3 - 1]) + filters
        body += bytes(-(len(body) + 0) % 4)
        body = bytes([len(body) // 4]) + body[1:]
        return b'\xfd7zXZ\0\0\1' + struct.pack('<I', zlib.crc32(b'\0\1')) + body + struct.pack('<I', zlib.crc32(body)) + b'x' * 20
    seed('codec.xz', 'large_dictionary', xz_with(b'\x21\1\x28'))
    seed('codec.xz', 'unknown_filter', xz_with(b'\x7f\1\0'))
    seed('codec.xz', 'tar', xz + bytes(8) + xz)
    seed('codec.xz', 'garbage', xz + b'x')
    zs = lambda *a, data=TEXT: subprocess.run(['zstd', '-qc', *a], input=data, stdout=subprocess.PIPE, check=True).stdout
    frame = zs('-19', '--check')
    seed('codec.zstd', 'frames', frame + b'\x50\x2a\x4d\x18\4\0\0\0skip' + zs('-1', '--no-check'))
    seed('codec.zstd', 'long', zs('--ultra', '-22', '--long=27'))
    seed('codec.zstd', 'raw', zs('-1', data=bytes(range(256))))
    seed('codec.zstd', 'rle', zs('-1', data=b'a' * 5000))
    seed('codec.zstd', 'cut', frame[:-7])


def tars():
    def tar(form, *members, pax=None):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode='w', format=form, bufsize=512) as t:
            for name, kind, content in members:
                info = tarfile.TarInfo(name)
                info.type = kind
                info.pax_headers = pax or {}
                if kind == tarfile.REGTYPE:
                    info.size = len(content)
                    t.addfile(info, io.BytesIO(content))
                else:
                    info.linkname = content.decode()
                    t.addfile(info)
        b = out.getvalue()
        end = len(b.rstrip(b'\0'))
        return b[:(end + 511) // 512 * 512 + 1024]
    seed('tar', 'gnu_long', tar(tarfile.GNU_FORMAT, ('d/' * 70 + 'f', tarfile.REGTYPE, b'x' * 600),
                                ('l', tarfile.SYMTYPE, b'e/' * 80), ('h', tarfile.LNKTYPE, b'l'),
                                ('c', tarfile.CHRTYPE, b''), ('p', tarfile.FIFOTYPE, b'')))
    seed('tar', 'pax_all', tar(tarfile.PAX_FORMAT, ('é' * 60, tarfile.REGTYPE, b'abcd'),
                               pax={'mtime': '1.5', 'uid': '3000000', 'SCHILY.xattr.user.x': 'y', 'size': '4',
                                    'linkpath': 'z', 'gid': '7', 'GNU.sparse.major': '0'}))
    def header(name, kind, size, extra=b''):
        b = bytearray(tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT))
        b[124:136], b[156:157] = b'%011o\0' % size, kind
        b[148:156] = b'%06o\0 ' % (sum(b[:148]) + sum(b[156:]) + 8 * 32)
        return bytes(b)
    def block(b):
        return b + bytes(-len(b) % 512)
    def records(*pairs):
        out = b''
        for pair in pairs:
            n = len(pair) + 2
            while len(str(n)) + len(pair) + 2 != n:
                n = len(str(n)) + len(pair) + 2
            out += b'%d %s\n' % (n, pair)
        return out
    for name, pairs in (('sparse_0_0', [b'GNU.sparse.size=600', b'GNU.sparse.numblocks=2', b'GNU.sparse.offset=0',
                                        b'GNU.sparse.numbytes=3', b'GNU.sparse.offset=500', b'GNU.sparse.numbytes=3']),
                        ('pax_bad_size', [b'size=x']), ('pax_empty', [b'path=', b'size=', b'linkpath=']),
                        ('pax_twice', [b'path=a', b'path=b', b'linkpath=c', b'linkpath=d'])):
        r = records(*pairs)
        seed('tar', name, header('x', b'x', len(r)) + block(r) + header('f', b'0', 6) + block(b'abcdef') + bytes(1024))
    seed('tar', 'long_then_pax', header('L', b'L', 3) + block(b'ab\0') + header('K', b'K', 3) + block(b'cd\0') +
         header('x', b'x', 20) + block(records(b'path=a', b'linkpath=c')[:20]) + header('f', b'2', 0) + bytes(1024))
    seed('layer', 'odd', header('x' * 90, b'0', 0) + header('../up', b'1', 0) + header('big', b'0', 5000) + block(b'y' * 5000))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as t:
        for name in ('d/CVE-2099-0001.json', 'x.txt'):
            i = tarfile.TarInfo(name)
            text = read('feed.vulnrichment', 'own')[1:]
            i.size = len(text)
            t.addfile(i, io.BytesIO(text))
    whole = out.getvalue()
    seed('feed.vulnrichment', 'tar', b'c' + whole[:len(whole.rstrip(b'\0')) // 512 * 512 + 1024 - 1])
    seed('layer', 'deep', tar(tarfile.USTAR_FORMAT, ('a', tarfile.DIRTYPE, b''), ('a/b', tarfile.REGTYPE, b'1'),
                              ('a/s', tarfile.SYMTYPE, b'../a/b'), ('a/h', tarfile.LNKTYPE, b'a/b'))[:3072] +
         tar(tarfile.USTAR_FORMAT, ('a/.wh.b', tarfile.REGTYPE, b''), ('x/.wh..wh..opq', tarfile.REGTYPE, b''),
             ('../up', tarfile.REGTYPE, b'u'), ('a', tarfile.SYMTYPE, b'x'))[:3072])


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, content in members:
            z.writestr(zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else name, content,
                       compress_type=method)
    b = out.getvalue()
    return b + b'\n' if len(b) % 2 else b  # odd ones are not mended


def zips():
    manifest = b'Manifest-Version: 1.0\r\nImplementation-Title: app\r\nImplementation-Version: 1.5\r\n' \
               b'Implementation-Vendor-Id: org.acme\r\nBundle-SymbolicName: org.acme.app;single\r\n\r\n'
    pom = b'version=2.14.1\ngroupId=org.apache\nartifactId=log4j-core\n'
    inner = zipped([('META-INF/maven/org.apache/log4j-core/pom.properties', pom)])
    members = [('META-INF/MANIFEST.MF', manifest), ('META-INF/maven/g/a/pom.properties', pom),
               ('META-INF/maven/g/b/pom.xml', b'<project/>'), ('org/acme/App.class', b'\xca\xfe\xba\xbe'),
               ('BOOT-INF/lib/log4j-core-2.14.1.jar', inner), ('WEB-INF/lib/x-1.0.war', b'PK')]
    poms = [('META-INF/maven/g/%s/pom.properties' % a, b'version=1.2\ngroupId=g\nartifactId=%s\n' % a.encode())
            for a in ('other', 'log4j-1.2-api', 'log4j')]
    seed('cataloger.java', 'shaded', b'b' + zipped(poms + [('g/x/A.class', b''), ('g/y/B.class', b'')])[:-1] + b'\n')
    seed('cataloger.java', 'xmls', b'b' + zipped([('META-INF/maven/g/log4j-1.2-api/pom.xml', b''), ('META-INF/maven/g/b/pom.xml', b'')]))
    deep = inner
    for i in range(8):
        deep = zipped([('lib/x.jar', deep)], zipfile.ZIP_STORED)
    seed('cataloger.java', 'deep', b'a' + deep)
    for method, name in ((zipfile.ZIP_STORED, 'stored'), (zipfile.ZIP_DEFLATED, 'packed')):
        seed('zip', name, zipped(members, method))
        seed('cataloger.java', name, b'a' + zipped(members, method)[:-1] + b'\n')
        seed('cataloger.java', name + '_jar', b'b' + zipped(members[:4], method))
        seed('cataloger.egg', name, zipped([('EGG-INFO/PKG-INFO', b'Name: x\nVersion: 1.5\nLicense: MIT\n')], method))
        seed('feed.osv', 'zip_' + name, b'j' + zipped([('GHSA-1.json', read('feed.osv', 'npm_GHSA-aaaa-bbbb-0001')[1:]),
                                                      ('x.txt', b'')], method))
        seed('feed.vulnrichment', 'zip_' + name, b'b' + zipped([('d/CVE-2099-0001.json', read('feed.vulnrichment', 'own')[1:])],
                                                              method))
        seed('feed.cwe_xml', 'zip_' + name, b'b' + zipped([('cwec.xml', read('feed.cwe_xml', 'own')[1:])], method))
    seed('zip', 'bzip2', zipped(members[:2], zipfile.ZIP_BZIP2))


def read(noun, name):
    with open(os.path.join(HERE, 'corpus', noun.replace('.', '/', 1), name), 'rb') as f:
        return f.read()


# --- rpm ---

def rpm_header(name='bash', n=0):
    tags, index, data = [], b'', b''
    def string(tag, kind, *values):
        tags.append((tag, kind, len(values), b''.join(v.encode() + b'\0' for v in values)))
    string(1000, 6, name)
    string(1001, 6, '5.1')
    string(1002, 6, '2.el9')
    tags.append((1003, 4, 1, struct.pack('>I', n)))
    string(1011, 6, 'Red Hat, Inc.')
    string(1014, 6, 'GPLv3+')
    string(1022, 6, 'x86_64')
    string(1044, 6, f'{name}-5.1-2.el9.src.rpm')
    tags.append((1116, 4, 3, struct.pack('>III', 0, 0, 1)))
    string(1117, 8, 'bash', 'sh', 'METADATA')
    string(1118, 8, '/usr/bin/', '/usr/lib/python3.9/site-packages/x.dist-info/')
    string(5096, 6, 'nodejs:18:820:abc')
    for tag, kind, count, value in tags:
        if kind == 4:
            data += bytes(-len(data) % 4)
        index += struct.pack('>IIII', tag, kind, len(data), count)
        data += value
    return struct.pack('>II', len(tags), len(data)) + index + data


def rpms():
    seed('text.rpm_header', 'whole', rpm_header())
    seed('text.rpm_header', 'epoch', rpm_header('gpg-pubkey', 3))
    with tempfile.TemporaryDirectory() as folder:
        for wal in (False, True):
            path = os.path.join(folder, f'{wal}.sqlite')
            db = sqlite3.connect(path)
            db.execute('PRAGMA page_size=512')
            if wal:
                db.execute('PRAGMA journal_mode=WAL')
            db.execute('CREATE TABLE Name (key TEXT, hnum INTEGER)')
            db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
            for i in range(12 if not wal else 2):
                db.execute('INSERT INTO Packages VALUES (?, ?)', (i * 300 + 1, rpm_header(f'p{i}', i)))
            db.commit()
            db.close()
            with open(path, 'rb') as f:
                seed('cataloger.rpm_sqlite', 'wal' if wal else 'tree', f.read())
    seed('cataloger.rpm_text', 'many', 'a' + '\t'.join(
        ['bash', '5.1', '2.el9', '1', '2', 'Red Hat', '(none)', '9', 'x86_64', 'bash-5.1-2.el9.src.rpm']) + '\n')


# --- executables ---

MODULES = b'path\texample.org/app\nmod\texample.org/app\tv1.0.0\th1:x\ndep\tgolang.org/x/net\tv0.1.0\th1:y\n' \
          b'=>\tgithub.com/fork/net\tv0.1.1\th1:z\ndep\tgolang.org/x/text\tv0.3.0\nbuild\tGOOS=linux\nbuild\tGOARCH=amd64\n'


def build_info():
    def s(b):
        return bytes([len(b) & 0x7f | (0x80 if len(b) > 127 else 0)]) + (bytes([len(b) >> 7]) if len(b) > 127 else b'') + b
    framed = b'0' * 16 + MODULES + b'1' * 16
    return b'\xff Go buildinf:\x08\x02' + bytes(16) + s(b'go1.21.3') + s(framed)


def executables():
    info = build_info()
    for wide in (True, False):
        opt = struct.pack('<H', 0x20b if wide else 0x10b) + bytes(22 if wide else 26) + \
            (struct.pack('<Q', 0x140000000) if wide else struct.pack('<I', 0x400000)) + bytes(16)
        def section(name, addr, offset, size, flags):
            return name.ljust(8, b'\0') + struct.pack('<IIII', size, addr, size, offset) + bytes(12) + struct.pack('<I', flags)
        at = 0x40 + 24 + len(opt) + 2 * 40
        at += -at % 16
        pe = b'MZ' + bytes(0x3a) + struct.pack('<I', 0x40) + b'PE\0\0' + struct.pack('<HHIIIHH', 0x8664, 2, 0, 0, 0, len(opt), 0)
        pe += opt + section(b'.text', 0x1000, at, 16, 0x60000020) + section(b'.data', 0x2000, at + 16, len(info), 0xc0000040)
        seed('cataloger.pe', f'go_{64 if wide else 32}', pe.ljust(at, b'\0') + bytes(16) + info)
        for big in (False, True):
            e = '>' if big else '<'
            w = 'Q' if wide else 'I'
            size = (72 + 80) if wide else (56 + 68)
            at = (32 if wide else 28) + size
            at += -at % 16
            head = struct.pack(e + 'IIIIIII', 0xfeedfacf if wide else 0xfeedface, 0x1000007, 3, 2, 1, size, 0) + (bytes(4) if wide else b'')
            seg = struct.pack(e + 'II', 0x19 if wide else 1, size) + b'__DATA'.ljust(16, b'\0') + \
                struct.pack(e + w * 4, 0x1000, len(info), at, len(info)) + struct.pack(e + 'IIII', 3, 3, 1, 0)
            sec = b'__go_buildinfo'.ljust(16, b'\0') + b'__DATA'.ljust(16, b'\0') + struct.pack(e + w * 2, 0x1000, len(info)) + \
                struct.pack(e + 'I', at) + bytes(28 if wide else 24)
            seed('cataloger.macho', f'go_{"big" if big else "little"}_{64 if wide else 32}',
                 (head + seg + sec).ljust(at, b'\0') + info)


# --- documents of images and engines ---

def documents():
    config = json.dumps({'os': 'linux', 'architecture': 'amd64', 'variant': 'v8', 'created': '2099-01-01T00:00:00Z',
                         'config': {'User': '1000', 'ExposedPorts': {'80/tcp': {}}},
                         'rootfs': {'type': 'layers', 'diff_ids': ['@0', 'sha256:' + 'a' * 64]},
                         'history': [{'created_by': '/bin/sh -c #(nop) ADD x'}, {'created_by': 'ENV a', 'empty_layer': True},
                                     {'created_by': '/bin/sh -c apk add'}]})
    seed('source.config', 'whole', config)
    seed('source.config', 'empty', '{}')
    layer = 'layer'
    manifest = json.dumps({'schemaVersion': 2, 'config': {'digest': '@1', 'size': 9},
                           'layers': [{'mediaType': 'application/vnd.oci.image.layer.v1.tar', 'digest': '@0', 'size': 5},
                                      {'digest': '@0', 'size': 5}]})
    index = {'manifests': [{'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'digest': '@2', 'size': 1,
                            'platform': {'os': 'linux', 'architecture': 'amd64', 'variant': 'v8'},
                            'annotations': {'org.opencontainers.image.ref.name': 'x:1'}},
                           {'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'digest': '@2',
                            'platform': {'os': 'unknown', 'architecture': 'unknown'},
                            'annotations': {'vnd.docker.reference.type': 'attestation-manifest'}}]}
    plain = json.dumps({'manifests': [{'digest': '@2', 'size': 1}]})
    nested = json.dumps({'manifests': [{'mediaType': 'application/vnd.oci.image.index.v1+json', 'digest': '@3',
                                        'annotations': {'io.containerd.image.name': 'n'}}]})
    join = lambda *parts: '\0'.join(parts)
    seed('source.oci_layout', 'index', join(layer, config, manifest, json.dumps(index)))
    seed('source.oci_layout', 'plain', join(layer, config, manifest, plain))
    seed('source.oci_layout', 'nested', join(layer, config, manifest, json.dumps(index), nested))
    for pad in range(4):
        seed('source.oci_layout', f'foreign_{pad}', join(layer, config, manifest, json.dumps(index).replace('amd64', 's390x')) + ' ' * pad)
    seed('source.oci_layout', 'many', join(layer, config, manifest, json.dumps({'manifests': index['manifests'][:1] * 2})))
    seed('source.oci_layout', 'layers', join(layer, config, manifest.replace('"layers": [', '"layers": [{"digest": "@0"},'), plain))
    seed('source.oci_layout', 'fewer', join(layer, config, json.dumps({'config': {'digest': '@1'}, 'layers': []}), plain))
    seed('source.oci_layout', 'gone', join(layer, config, manifest.replace('"@0"', '"sha256:aa"'), plain))
    seed('source.oci_layout', 'wrong', join(layer, config, manifest, plain.replace('@2', 'md5:aa')))
    seed('source.oci_layout', 'sha512', join(layer, config, manifest, plain.replace('@2', 'sha512:' + 'a' * 128)))
    deep = [layer, config, manifest, plain] + [json.dumps({'manifests': [{'mediaType': 'x.index.v1', 'digest': '@' + chr(48 + k)}]}) for k in range(3, 12)]
    seed('source.oci_layout', 'deep', join(*deep))
    seed('source.oci_layout', 'artifact', join(layer, config, manifest, json.dumps({'manifests': [
        {'digest': '@2', 'artifactType': 'x'}, {'digest': '@2', 'platform': 1, 'annotations': 1}, 1]})))
    for pad in range(4):
        seed('source.oci_layout', f'as_folder_{pad}', join(layer, config, manifest, json.dumps(index)) + ' ' * pad)
    seed('source.oci_layout', 'none', '{"manifests":[]}')
    saved = json.dumps([{'Config': 'c', 'RepoTags': ['x:1'], 'Layers': ['0', '1', 'gone']}, {'Config': 'd', 'RepoTags': ['y:2']}])
    seed('source.docker_archive', 'two', join(config, saved, 'layer', 'other'))
    seed('source.docker_archive', 'none', join(config, '[]'))
    inspect = json.dumps({'Id': 'sha256:' + 'b' * 64, 'Created': '2099-01-01', 'Os': 'linux', 'Architecture': 'amd64',
                          'Variant': '', 'RootFS': {'Type': 'layers', 'Layers': ['sha256:a', 'sha256:b']},
                          'Config': {'User': 'www', 'ExposedPorts': {'80/tcp': {}}},
                          'GraphDriver': {'Name': 'overlay2', 'Data': {'LowerDir': '/a/diff:/b/diff', 'UpperDir': '/c/diff'}}})
    history = json.dumps([{'CreatedBy': '/bin/sh -c #(nop)  CMD ["sh"]', 'Size': 0}, {'CreatedBy': 'RUN x', 'Size': 7},
                          {'CreatedBy': 'ADD y', 'Size': 0}])
    for pad in range(8):
        if (len(join(inspect, history)) + pad) % 8 == 2:
            seed('source.overlay', 'two', join(inspect, history) + ' ' * pad)
            seed('source.overlay', 'sized', join(inspect, history.replace('"Size": 0}]', '"Size": 3}]')) + ' ' * pad)
    reply = lambda body, status='200 OK': f'HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}'
    seed('engine', 'image', 'a' + join(reply(inspect), reply(history)))
    seed('engine', 'absent', 'a' + reply('{"message":"No such image"}', '404 Not Found'))
    seed('engine', 'save', 'b' + reply('tar'))
    seed('engine', 'found', 'e' + join(reply(inspect), reply(history)))
    seed('engine', 'not_found', 'e' + join(reply('{}', '404 Not Found'), reply('OK')))
    seed('engine', 'find', 'c' + join('', reply('OK')))
    seed('engine', 'images', 'd' + reply(json.dumps([{'Id': 'sha256:1', 'RepoTags': ['b:1', 'a:2']},
                                                     {'Id': 'sha256:2', 'RepoTags': ['<none>:<none>']}, {'Id': 'sha256:3', 'RepoTags': None}])))
    seed('engine', 'chunked', 'd' + 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n')
    t = io.BytesIO()
    with tarfile.open(fileobj=t, mode='w', format=tarfile.USTAR_FORMAT) as tar:
        for name, text in (('manifest.json', saved), ('c', config), ('0', 'layer')):
            i = tarfile.TarInfo(name)
            i.size = len(text)
            tar.addfile(i, io.BytesIO(text.encode()))
        i = tarfile.TarInfo('1')
        i.type, i.linkname = tarfile.SYMTYPE, '0'
        tar.addfile(i)
        i = tarfile.TarInfo('blobs/x')
        i.type, i.linkname = tarfile.LNKTYPE, 'c'
        tar.addfile(i)
    whole = t.getvalue()
    whole = whole[:len(whole.rstrip(b'\0')) // 512 * 512 + 1536]
    seed('source.file', 'archive', whole)
    seed('source.file', 'gzip', (gzip.compress(whole, mtime=0) + b'\0')[:-1])
    seed('source.file', 'rootfs', whole.replace(b'manifest.json', b'etc/osrelease').replace(b'blobs/x', b'usr/lib'))


def results():
    inputs = {'sev': 'high', 'cvss': 7.5, 'av': 'N', 'epss': 0.1, 'kev': True, 'age': 400, 'automatable': True, 'code': 'loaded',
              'fix': 'none', 'seen': {'a': 0.5, 'b': 1}, 'unit': 'u', 'eco': 'npm'}
    finding = lambda id, kind, **more: {'id': id, 'kind': kind, 'inputs': dict(inputs, **more)}
    bare = {'format_version': '1', 'as_of': '2099-01-01', 'context': {'exposure': 'internet', 'mitigation': ['a', 'b']},
            'findings': [finding('CVE-2099-0001', 'cve'), finding('C-1', 'config', level='high'),
                         finding('C-2', 'secret', level='unknown'), finding('C-3', 'malware', level='negligible'),
                         finding('C-4', 'cwe', level='medium', age=7)]}
    seed('result', 'bare', json.dumps(bare))
    for i, change in enumerate([{'age': 'x'}, {'level': 'no'}, {'seen': {str(k): 1 for k in range(70)}}, {'seen': []}, {'code': 'x'}]):
        seed('result', f'odd_{i}', json.dumps(dict(bare, findings=[finding('C-1', 'config', **dict({'level': 'low'}, **change))])))


def feeds():
    seed('feed.kev', 'own', b'a' + read('feed.kev', 'own').lstrip(b'a'))
    seed('feed.kev', 'table', 'bcveID,vulnerabilityName,dateAdded,dueDate,knownRansomwareCampaignUse,cwes\n'
         'CVE-2099-0001,A flaw,2099-01-01,2099-01-22,Known,"CWE-79, CWE-89"\nCVE-2099-0002,B,x,,Unknown,\n')
    maven = json.loads(read('feed.osv', 'npm_GHSA-aaaa-bbbb-0001')[1:])
    maven['affected'][0]['package'] = {'ecosystem': 'Maven', 'name': 'org.x:artifact'}
    for i in range(4):
        seed('feed.osv', f'maven_{i}', 'h' + json.dumps(maven) + ' ' * i)
    def osv(path, name, **change):
        record = json.loads(read('feed.osv', 'npm_GHSA-aaaa-bbbb-0001')[1:])
        record.update(change)
        seed('feed.osv', name, path + json.dumps(record))
    go = {'package': {'ecosystem': 'Go', 'name': 'example.org/mod'}, 'versions': ['1.0'],
          'severity': [{'type': 'CVSS_V3', 'score': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}, {'type': 'Ubuntu', 'score': 'high'}],
          'ecosystem_specific': {'imports': [{'path': 'p', 'symbols': ['F'], 'goos': ['linux'], 'goarch': ['arm']}, 1],
                                 'goos': ['linux'], 'goarch': ['amd64'], 'severity': 'LOW', 'arches': ['x86_64'], 'module': 'nodejs:18'}}
    osv('f', 'go_specific', affected=[go])
    go['package'] = {'ecosystem': 'AlmaLinux:9', 'name': 'nodejs'}
    go['database_specific'] = {'rpm_modularity': 'x', 'arch': ['s390x'], 'urgency': 'unimportant', 'x': 1}
    for word in ('Important', 'Critical', 'Nothing'):
        osv('d', 'alma_' + word, affected=[go], summary=word + ': squid security update', id='ALSA-2099:1',
            related=['CVE-2099-0001'], severity=[{'type': 'CVSS_V2', 'score': 'AV:N/AC:L/Au:N/C:P/I:P/A:P'}])
    osv('b', 'debian_unimportant', affected=[dict(go, package={'ecosystem': 'Debian:12', 'name': 'a'})], id='DSA-1-1')
    seed('feed.cwe_xml', 'doctype', 'a<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Weakness_Catalog/>')
    seed('feed.chainguard', 'own', read('feed.wolfi', 'own'))
    seed('feed.cwe', 'own', 'id,name\nCWE-79,"Cross-site, Scripting"\nCWE-89,SQL Injection\n')
    seed('feed.eol', 'own', 'distro,release,codename,eol,extended_eol\ndebian,12,bookworm,2026-06-10,2028-06-30\nalpine,3.20,,2026-04-01,\n')
    seed('feed.exploits', 'own', 'cve,source,date\nCVE-2099-0001,exploit-db,2099-01-01\nCVE-2099-0001,metasploit,\nCVE-2099-2,nuclei,x\n'
         'CVE-2099-0003,poc,2099-01-01\nCVE-2099-0004,vulncheck-kev,2099-01-01\n')
    seed('feed.ssvc', 'own', 'cve,exploitation,automatable,technical_impact,date\nCVE-2099-0001,active,yes,total,2099-01-01\nCVE-2099-2,poc,no,partial,\n')


def bases():
    for i, text in enumerate(['"\\x"', '"\\u12g4"', '"\\ud800\\u0041"', '"\\udc00"', '[1e400,-0,9007199254740993,1.5e-7]', '{"a":[],"a":{}}', '[[[[[[1]]]]]]']):
        seed('json', f'text_{i}', text)


def messages():
    def message(kind, body):
        return struct.pack('<H', len(body) + 1) + kind + body
    def text(b):
        return bytes([len(b)]) + b
    inventory = read('message.inventory', 'message')
    for kind in (b'blob', b'overlay'):
        seed('message.conversation', 'store_' + kind.decode(),
             message(b'B', text(b'layer 1 of 2') + b'\0') + message(b'K', b'\2' + text(b'') + text(kind + b' 1')) +
             message(b'S', text(kind + b' 1') + b'bytes') + message(b'D', text(b'layer 1 of 2') + b'\0') +
             message(b'I', inventory))
    seed('message.cache', 'whole', b'assay cache 3\n' + text(b'blob 1') + struct.pack('<Q', 0x2fbef8c1952e19fd) + b'kept')  # XXH3
    seed('message.cache', 'kept', b'kept')
    seed('message.conversation', 'answer', message(b'I', inventory))
    seed('message.conversation', 'twice', message(b'I', inventory) * 2)
    seed('message.conversation', 'unknown', message(b'?', b'x'))
    seed('message.conversation', 'store', message(b'S', text(b'x') + b'bytes'))


def wires():
    """Results as a cache keeps them: `full` was written by a test; and files, which the fuzzer makes such bytes of."""
    full = read('result_wire', 'full')
    for at in (0, 5, full.index(b'ARES2'), len(full) // 2, len(full) - 1):
        seed('result_wire', f'damaged_{at}', full[:at] + bytes([full[at] ^ 1]) + full[at + 1:])
    seed('result_wire', 'cut', full[:-9])
    seed('result_wire', 'more', full + b'\0')
    for name in ('bare', 'container.json', 'host.json', 'unknown.json'):
        seed('result_wire', name, read('result', name))


def zip64():
    b = zipped([('a', b'text')], zipfile.ZIP_STORED).rstrip(b'\n')
    end = b.rindex(b'PK\5\6')
    count, size, offset = struct.unpack('<HII', b[end + 10:end + 20])
    record = b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = b'PK\6\7' + struct.pack('<IQI', 0, end, 1)
    tail = b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 1) + b'\n'
    seed('zip', 'zip64_end', b[:end] + record + locator + tail)
    seed('zip', 'zip64_prefixed', b'#!/bin/sh\n' + b[:end] + record + locator + tail)


def rust():
    def elf(text):
        names = b'\0.dep-v0\0.shstrtab\0'
        at = 64 + len(text)
        def section(name, kind, offset, size):
            return struct.pack('<IIQQQQIIQQ', name, kind, 0, 0, offset, size, 0, 0, 0, 0)
        table = section(0, 0, 0, 0) + section(1, 1, 64, len(text)) + section(10, 3, at, len(names))
        head = b'\x7fELF\2\1\1' + bytes(9) + struct.pack('<HHIQQQIHHHHHH', 2, 62, 1, 0, 0, at + len(names), 0, 64, 56, 0, 64, 3, 2)
        return head + text + names + table
    crates = [{'name': 'serde', 'version': '1.0.1', 'source': 'crates.io', 'kind': 'runtime'},
              {'name': 'cc', 'version': '1.0', 'kind': 'build', 'source': 'registry'},
              {'name': 'own', 'version': '0.1.0', 'source': 'local', 'root': True, 'dependencies': [0]}]
    whole = json.dumps({'packages': crates, 'format': 1})
    for name, text in (('whole', whole), ('cut', whole[:90]), ('odd', '{"packages":[1,{"name":"a b","version":""}]}'),
                       ('twice', '{"packages":1,"packages":[{"name":"a","version":"1"}]} x')):
        seed('cataloger.elf', 'rust_' + name, elf(zlib.compress(text.encode())))
    seed('cataloger.elf', 'rust_damaged', elf(zlib.compress(whole.encode())[:-20]))


def policies():
    """The sections of the default, and what is wrong in all the ways it can be."""
    text = open(os.path.join(ROOT, 'src/policy/default.toml')).read()
    text = '\n'.join(line for line in text.split('\n') if line and not line.startswith('#'))
    parts = re.split(r'\n(?=\[)', text)
    for part in parts:
        name = re.match(r'\[+([^\]]+)\]', part)
        seed('policy', 'part_' + (re.sub(r'\W', '_', name[1]) if name else 'top'), part + '\n')
    wrong = ['alpha = "x"', 'alpha = -1', 'p_max = 2', 'ctx_clamp = [1]', 'ctx_clamp = [4, 0.1]', 'ctx_clamp = 1', 'bands = []',
             'bands = 3', 'bands = [["A", 9], ["B", 1]]', 'bands = [["", 1]]', 'bands = [1]', 'age = [[9, 1], [1, 2]]', 'age = []',
             'age = [["x", 1]]', 'age = 1', '[level]\nx = 1', 'level = 1', '[level.config]\nx = {}', 'level.config.low = [1]',
             'level.config.low = [0.1, 2]', '[floor]\nx = 1', '[context.exposure]\ninternet = 1.5\nnew = {"kind:cve" = 2}',
             'context.exposure.internet = {"*" = 1, "av:N" = 2, "zz" = 1}', '[context.mission]\nhigh = 2', 'context = 1',
             '[labels]\nx = "no"\nimportant = "low"', 'labels.x = 1', '[missing]\nx = 1', 'missing.severity = "no"',
             'missing.age = -1', 'missing.av = "Q"', '[end_of_life]\nended = "low"\nx = "y"', '[deadline.x]', 'deadline.yyy = 1',
             'deadline.yyy.total = {days = "x"}', 'deadline.nnn.partial = {days = -1, forensics = 1}', 'ssvc.active.yes.total = ["Act"]',
             'ssvc.active.yes.total = ["Act", "Act", "Nope"]', 'ssvc.x = 1', 'ssvc.poc = {maybe = 1}', 'ssvc.poc.no = {x = 1}',
             'cvss.high = 11', 'confidence.advisory = 2', 'fixed.x = 1', 'escape.privileged = -1', 'weight.cve = "x"', 'unknown = 1',
             'evidence.kev = true', 'sevmid = []', 'alpha = 1\nalpha = 2', 'bands = [["LOW", 1], ["HIGH", 2000]]']
    for i, line in enumerate(wrong):
        seed('policy', f'wrong_{i:02}', line + '\n')


def dictionaries():
    """The words in quotes of a parser's files."""
    os.makedirs(os.path.join(HERE, 'dict'), exist_ok=True)
    found = {}
    for line in open(os.path.join(HERE, 'parsers.txt')):
        if line.startswith('#'):
            continue
        noun, *files = line.split()
        for path in files:
            if not os.path.exists(os.path.join(ROOT, path)):
                continue
            for text in re.findall(r'(?:STR|STR_INIT|take_word\(v, &\w+,|XML_\w+|starts)\(?\s*"((?:[^"\\\n]|\\.)+)"', open(os.path.join(ROOT, path)).read()):
                plain = text.encode().decode('unicode_escape', 'ignore').encode('latin-1', 'ignore')
                if 1 < len(plain) <= 40 and plain.count(b' ') < 3:
                    found.setdefault(noun, set()).add(plain)
    json_words = {b'"', b'":', b'{"', b'"}', b'[{', b'}]', b'null', b'true', b'\\u0000', b'\\ud800', b'1e99', b'-1'}
    for noun in found:
        if found[noun] and (noun.split('.')[0] in ('json', 'feed', 'source', 'engine', 'result') or noun.endswith(('npm', 'composer', 'chisel'))):
            found[noun] |= json_words
    for noun, words_ in sorted(found.items()):
        with open(os.path.join(HERE, 'dict', noun + '.dict'), 'w') as f:
            for w in sorted(words_):
                f.write('"' + ''.join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f'\\x{b:02x}' for b in w) + '"\n')


if __name__ == '__main__':
    for make in (versions, words, codecs, tars, zips, rpms, executables, documents, results, feeds, bases, messages, wires, policies, zip64, rust, dictionaries):
        make()
