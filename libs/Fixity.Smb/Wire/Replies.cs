namespace Fixity.Smb.Wire;

/// <summary>Reads the bodies of answers. Offsets in them count from the message's header.</summary>
internal static class Replies
{
    private const uint DirectoryAttribute = 0x10;
    private const uint ReparseAttribute = 0x400;

    /// <summary>Where a session stands (MS-SMB2 2.2.6).</summary>
    public readonly record struct Session(bool IsGuest, bool EncryptsAll);

    /// <summary>What kind of share it is (MS-SMB2 2.2.10).</summary>
    public readonly record struct Tree(bool IsDisk, bool Encrypts);

    public static Session SessionSetup(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> token)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(9);
        var flags = body.U16(2);
        token = new WireView(message).Slice(body.U16(4), body.U16(6));
        return new Session((flags & 3) != 0, (flags & 4) != 0);
    }

    public static Tree TreeConnect(ReadOnlySpan<byte> message)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(16);
        return new Tree(body.U8(2) == 1, (body.U32(4) & 0x8000) != 0);
    }

    /// <summary>The handle, and what the file is; its number only if the server answers that question.</summary>
    public static SmbHandle Create(ReadOnlySpan<byte> message, out SmbMetadata metadata)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(89);
        var attributes = body.U32(56);
        metadata = new SmbMetadata(
            CheckedSize(body.I64(48)), Created: body.I64(8), Written: body.I64(24), Changed: body.I64(32),
            FileIdIn(body.U32(84) is 0 ? default : new WireView(message).Slice(body.U32(80), body.U32(84))),
            (attributes & DirectoryAttribute) != 0, (attributes & ReparseAttribute) != 0);
        return new SmbHandle(body.U64(64), body.U64(72));
    }

    /// <summary>What the file was at its closing; null: the server does not say.</summary>
    public static SmbMetadata? Close(ReadOnlySpan<byte> message, in SmbMetadata opened)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(60);
        return (body.U16(2) & 1) == 0 ? null : opened with
        {
            SizeBytes = CheckedSize(body.I64(48)),
            Created = body.I64(8),
            Written = body.I64(24),
            Changed = body.I64(32),
        };
    }

    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> message)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(17);
        return new WireView(message).Slice(body.U8(2), body.U32(4));
    }

    public static ReadOnlySpan<byte> QueryDirectory(ReadOnlySpan<byte> message) => Output(message);

    public static SmbMetadata QueryFile(ReadOnlySpan<byte> message)
    {
        var output = new WireView(Output(message));
        var attributes = output.U32(32);
        return new SmbMetadata(
            CheckedSize(output.I64(48)), Created: output.I64(0), Written: output.I64(16), Changed: output.I64(24),
            FileId: output.U64(64), (attributes & DirectoryAttribute) != 0, (attributes & ReparseAttribute) != 0);
    }

    public static uint QueryVolumeSerial(ReadOnlySpan<byte> message) => new WireView(Output(message)).U32(8);

    public static ReadOnlySpan<byte> Ioctl(ReadOnlySpan<byte> message)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(49);
        return new WireView(message).Slice(body.U32(32), body.U32(36));
    }

    /// <summary>Gives the entries of one answer to the listing, but for '.' and '..'.</summary>
    public static void ReadEntries(ReadOnlySpan<byte> page, ISmbListing listing)
    {
        while (true)
        {
            var entry = new WireView(page);
            var name = entry.Slice(80, entry.U32(60));
            if (!IsSelfOrParent(name))
            {
                var attributes = entry.U32(56);
                var metadata = new SmbMetadata(
                    CheckedSize(entry.I64(40)), Created: entry.I64(8), Written: entry.I64(24), Changed: entry.I64(32),
                    FileId: entry.U64(72), (attributes & DirectoryAttribute) != 0, (attributes & ReparseAttribute) != 0)
                {
                    ReparseTag = (attributes & ReparseAttribute) != 0 ? entry.U32(64) : 0,
                };
                listing.Add(name, metadata);
            }

            var next = entry.U32(0);
            if (next == 0)
            {
                return;
            }

            // At least as far as its own end, or the same entry would come for ever.
            page = next >= 80 ? entry.Slice(next, page.Length - (long)next)
                : throw new SmbException(SmbFailure.Protocol, "the entries of a folder overlap");
        }
    }

    /// <summary>The file's number among the contexts of a CREATE (MS-SMB2 2.2.14.2.9); 0: it is not there.</summary>
    private static ulong FileIdIn(ReadOnlySpan<byte> contexts)
    {
        while (!contexts.IsEmpty)
        {
            var context = new WireView(contexts);
            if (context.Slice(context.U16(4), context.U16(6)).SequenceEqual("QFid"u8))
            {
                return new WireView(context.Slice(context.U16(10), context.U32(12))).U64(0);
            }

            var next = context.U32(0);
            contexts = next == 0 ? default
                : next >= 16 ? context.Slice(next, contexts.Length - (long)next)
                : throw new SmbException(SmbFailure.Protocol, "the contexts of an opened file overlap");
        }

        return 0;
    }

    private static ReadOnlySpan<byte> Output(ReadOnlySpan<byte> message)
    {
        var body = new WireView(message[SmbHeader.Bytes..]).Expect(9);
        return new WireView(message).Slice(body.U16(2), body.U32(4));
    }

    private static bool IsSelfOrParent(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual(".\0"u8),
        4 => name.SequenceEqual(".\0.\0"u8),
        _ => false,
    };

    private static long CheckedSize(long size) => size >= 0
        ? size
        : throw new SmbException(SmbFailure.Protocol, "a file's size is negative");
}
