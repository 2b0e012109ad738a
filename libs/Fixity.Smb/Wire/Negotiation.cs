using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fixity.Smb.Wire;

/// <summary>What was agreed on in the first exchange (MS-SMB2 2.2.4).</summary>
internal sealed record Agreement(
    SmbDialect Dialect, SmbSigning Signing, SmbCipher Cipher, bool ServerRequiresSigning, int MaxTransactBytes,
    int MaxReadBytes, byte[] SecurityToken)
{
    /// <summary>Mode, capabilities and identity as the server said them: what validation must repeat.</summary>
    public required ushort ServerMode { get; init; }

    public required uint ServerCapabilities { get; init; }

    public required Guid ServerId { get; init; }
}

/// <summary>Offers dialects and algorithms, and reads what the server chose.</summary>
internal sealed class Negotiation(SmbOptions options)
{
    private const int FixedBytes = 36;
    private const uint LargeReads = 0x04;
    private const uint Encryption = 0x40;
    private const int PreauthContext = 1;
    private const int CipherContext = 2;
    private const int NameContext = 5;
    private const int SigningContext = 8;
    private const int Sha512 = 1;

    private static readonly SmbDialect[] Known = [SmbDialect.Smb210, SmbDialect.Smb300, SmbDialect.Smb302, SmbDialect.Smb311];

    private readonly SmbDialect[] _dialects =
        [.. Known.Where(dialect => dialect >= options.MinDialect && dialect <= options.MaxDialect)];

    private readonly byte[] _clientId = Guid.NewGuid().ToByteArray();

    private ushort Mode => (ushort)(options.RequireSigning ? 3 : 1);

    private uint Capabilities => LargeReads | (options.MaxDialect >= SmbDialect.Smb300 ? Encryption : 0);

    public SmbRequest Request()
    {
        var body = new MemoryStream();
        Span<byte> head = stackalloc byte[FixedBytes];
        head.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(head, FixedBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)_dialects.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Capabilities);
        _clientId.CopyTo(head[12..]);
        body.Write(head);
        foreach (var dialect in _dialects)
        {
            Write16(body, (int)dialect);
        }

        if (_dialects.Contains(SmbDialect.Smb311))
        {
            WriteContexts(body);
        }

        return new SmbRequest(SmbCommand.Negotiate, body.ToArray());
    }

    public Agreement Read(ReadOnlySpan<byte> message)
    {
        var view = new WireView(message);
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(65);
        var dialect = (SmbDialect)body.U16(4);
        if (!_dialects.Contains(dialect))
        {
            throw new SmbException(
                SmbFailure.NotSmb, $"the server does not offer SMB 2.1 or later (it chose 0x{(int)dialect:X4})");
        }

        var mode = body.U16(2);
        var capabilities = body.U32(24);
        var (signing, cipher) = dialect == SmbDialect.Smb311
            ? ReadContexts(view, body.U32(60), body.U16(6))
            : (dialect == SmbDialect.Smb210 ? SmbSigning.HmacSha256 : SmbSigning.AesCmac,
                dialect != SmbDialect.Smb210 && (capabilities & Encryption) != 0 ? SmbCipher.Aes128Ccm : SmbCipher.None);
        var most = (capabilities & LargeReads) != 0 ? int.MaxValue : Requests.CreditBytes;
        return new Agreement(
            dialect, signing, cipher, (mode & 2) != 0, Limit(body.U32(28), most), Limit(body.U32(32), most),
            view.Slice(body.U16(56), body.U16(58)).ToArray())
        {
            ServerMode = mode,
            ServerCapabilities = capabilities,
            ServerId = new Guid(body.Slice(8, 16)),
        };
    }

    /// <summary>What was offered, for a server of before 3.1.1 to say whether that is what reached it.</summary>
    public byte[] ValidationInput()
    {
        var input = new byte[24 + (2 * _dialects.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(input, Capabilities);
        _clientId.CopyTo(input, 4);
        BinaryPrimitives.WriteUInt16LittleEndian(input.AsSpan(20), Mode);
        BinaryPrimitives.WriteUInt16LittleEndian(input.AsSpan(22), (ushort)_dialects.Length);
        for (var i = 0; i < _dialects.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(input.AsSpan(24 + (2 * i)), (ushort)_dialects[i]);
        }

        return input;
    }

    /// <exception cref="SmbException">The server did not say what we were told that it said.</exception>
    public static void CheckValidation(Agreement agreement, ReadOnlySpan<byte> output)
    {
        var view = new WireView(output);
        if (view.U32(0) != agreement.ServerCapabilities || new Guid(view.Slice(4, 16)) != agreement.ServerId
            || view.U16(20) != agreement.ServerMode || view.U16(22) != (int)agreement.Dialect)
        {
            throw new SmbException(SmbFailure.Tampered, "somebody rewrote the negotiation on its way");
        }
    }

    private static int Limit(uint said, int most) => (int)Math.Clamp(said, Requests.CreditBytes, (uint)most);

    private void WriteContexts(MemoryStream body)
    {
        Pad(body);
        var start = (int)body.Length;
        Context(body, PreauthContext, [1, 0, 32, 0, Sha512, 0, .. RandomNumberGenerator.GetBytes(32)]);
        Context(body, CipherContext, List(options.Ciphers.Select(cipher => (int)cipher)));
        Context(body, SigningContext, List(options.Signings.Select(signing => (int)signing)));
        Context(body, NameContext, Encoding.Unicode.GetBytes(options.Host));
        var written = body.GetBuffer();
        BinaryPrimitives.WriteUInt32LittleEndian(written.AsSpan(28), (uint)(SmbHeader.Bytes + start));
        BinaryPrimitives.WriteUInt16LittleEndian(written.AsSpan(32), 4);
    }

    private (SmbSigning Signing, SmbCipher Cipher) ReadContexts(WireView message, uint offset, int count)
    {
        var (signing, cipher, hasPreauth) = (SmbSigning.AesCmac, SmbCipher.None, false);
        var at = (long)offset;
        for (var i = 0; i < count; i++)
        {
            var head = new WireView(message.Slice(at, 8));
            var data = new WireView(message.Slice(at + 8, head.U16(2)));
            switch (head.U16(0))
            {
                case PreauthContext:
                    hasPreauth = data.U16(0) == 1 && data.U16(4) == Sha512;
                    break;
                case CipherContext:
                    cipher = Chosen((SmbCipher)data.U16(2), options.Ciphers.Append(SmbCipher.None));
                    break;
                case SigningContext:
                    signing = Chosen((SmbSigning)data.U16(2), options.Signings);
                    break;
            }

            // Between two of them to the next multiple of eight; behind the last nothing need be.
            at += 8 + ((head.U16(2) + 7L) & ~7L);
        }

        return hasPreauth
            ? (signing, cipher)
            : throw new SmbException(SmbFailure.Tampered, "the server's answer protects no negotiation");
    }

    private static T Chosen<T>(T chosen, IEnumerable<T> offered) => offered.Contains(chosen)
        ? chosen
        : throw new SmbException(SmbFailure.Protocol, $"the server chose what was not offered ({chosen})");

    private static byte[] List(IEnumerable<int> values)
    {
        var list = new MemoryStream();
        Write16(list, values.Count());
        foreach (var value in values)
        {
            Write16(list, value);
        }

        return list.ToArray();
    }

    private static void Context(MemoryStream body, int type, byte[] data)
    {
        Pad(body);
        Write16(body, type);
        Write16(body, data.Length);
        body.Write([0, 0, 0, 0, .. data]);
    }

    // The message begins 64 bytes before its body, which is a multiple of eight too.
    private static void Pad(MemoryStream body)
    {
        while (body.Length % 8 != 0)
        {
            body.WriteByte(0);
        }
    }

    private static void Write16(MemoryStream body, int value)
    {
        body.WriteByte((byte)value);
        body.WriteByte((byte)(value >> 8));
    }
}
