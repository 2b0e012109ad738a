using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Fixity.Testing.Storage;

/// <summary>A file system of our own, which answers the kernel as the test says: late, wrongly, or never.</summary>
/// <remarks>
/// The protocol is that of <c>include/uapi/linux/fuse.h</c>, version 7.31, as far as a walk uses it. Names that begin with
/// <c>hang</c> are never answered for: a directory when it is opened, a file when it is looked up. A directory that begins
/// with <c>broken</c> fails after its first two entries.
/// </remarks>
public sealed unsafe partial class FuseTree : IDisposable
{
    private const int InputOutputError = 5;
    private const int NoEntry = 2;
    private const int NoSystemCall = 38;
    private const int EntriesAnAnswer = 2;
    private const int StatfsBytes = 80;
    private const uint DirectoryMode = 0x41ED;
    private const uint FileMode = 0x81A4;

    private readonly List<Node> _nodes = [];
    private readonly string _place = Directory.CreateTempSubdirectory("fixity-fuse-").FullName;
    private int _device;
    private readonly Mounting _mounting;
    private readonly Thread _server;
    private volatile bool _stop;

    /// <param name="paths">Of files, all of them empty; their folders come with them.</param>
    public FuseTree(params string[] paths)
        : this("fixity", paths)
    {
    }

    /// <param name="source">As the mount table names it.</param>
    public FuseTree(string source, IEnumerable<string> paths)
    {
        _nodes.Add(new Node(1, "", IsDirectory: true));
        foreach (var path in paths)
        {
            Add(path);
        }

        _device = open("/dev/fuse\0"u8.ToArray(), 2 | 0x80000 | 0x800, 0);
        if (_device < 0)
        {
            throw new IOException($"/dev/fuse: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _mounting = Mounting.Of(source, "fuse", _place, 0, $"fd={_device},rootmode=40000,user_id=0,group_id=0");
        _server = new Thread(Serve) { IsBackground = true, Name = "fuse-tree" };
        _server.Start();
    }

    public string Root => _place;

    /// <summary>True: nothing is answered, as by a server that went away behind a hard mount.</summary>
    public bool IsHung { get; set; }

    /// <summary>True: folders cannot be listed (EIO), all but the root.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The server dies; its mount stays, and leads nowhere.</summary>
    public void Die()
    {
        _stop = true;
        _server.Join();
        _ = close(_device);
        _device = -1;
    }

    public void Dispose()
    {
        // Closed last and by nobody else: that is what ends the calls which still hang.
        _stop = true;
        _server.Join();
        _mounting.Dispose();
        if (_device >= 0)
        {
            _ = close(_device);
        }

        Directory.Delete(_place);
    }

    private void Add(string path)
    {
        var parent = _nodes[0];
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var node = parent.Children.Find(child => child.Name == segments[i]);
            if (node is null)
            {
                node = new Node((ulong)_nodes.Count + 1, segments[i], IsDirectory: i < segments.Length - 1);
                _nodes.Add(node);
                parent.Children.Add(node);
            }

            parent = node;
        }
    }

    private void Serve()
    {
        var request = new byte[256 * 1024];
        while (!_stop)
        {
            var wanted = new PollDescriptor { Descriptor = _device, Events = 1 };
            if (poll(&wanted, 1, 50) <= 0)
            {
                continue;
            }

            nint length;
            fixed (byte* start = request)
            {
                length = read(_device, start, request.Length);
            }

            if (length >= 40 && Answer(request.AsSpan(0, (int)length)) is { } answer)
            {
                Send(BinaryPrimitives.ReadUInt64LittleEndian(request.AsSpan(8)), answer);
            }
        }
    }

    private (int Error, byte[] Body)? Answer(ReadOnlySpan<byte> request)
    {
        var node = _nodes[(int)Math.Max(1, Math.Min(Number(request, 16), (ulong)_nodes.Count)) - 1];
        var body = request[40..];
        if (IsHung)
        {
            return null;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(request[4..]) switch
        {
            1 => Look(node, Encoding.UTF8.GetString(body[..body.IndexOf((byte)0)])),
            2 or 36 or 42 => null, // Nothing is answered to forgetting and interrupting.
            3 => (0, [.. new byte[16], .. Attributes(node)]),
            17 => (0, new byte[StatfsBytes]),
            26 => (0, Initial()),
            27 => node.Name.StartsWith("hang", StringComparison.Ordinal) ? null : (0, new byte[16]),
            28 => IsBroken && node.Id != 1 ? (InputOutputError, []) : Entries(node, (int)Number(body, 8)),
            29 => (0, []),
            _ => (NoSystemCall, []),
        };
    }

    private static (int Error, byte[] Body)? Look(Node parent, string name) =>
        parent.Children.Find(child => child.Name == name) is not { } found ? (NoEntry, [])
        : !found.IsDirectory && name.StartsWith("hang", StringComparison.Ordinal) ? null
        : (0, [.. Bytes(found.Id), .. new byte[32], .. Attributes(found)]);

    private static (int Error, byte[] Body) Entries(Node directory, int from)
    {
        if (from >= EntriesAnAnswer && directory.Name.StartsWith("broken", StringComparison.Ordinal))
        {
            return (InputOutputError, []);
        }

        var body = new List<byte>();
        for (var i = from; i < Math.Min(from + EntriesAnAnswer, directory.Children.Count); i++)
        {
            var child = directory.Children[i];
            var name = Encoding.UTF8.GetBytes(child.Name);
            body.AddRange(Bytes(child.Id));
            body.AddRange(Bytes((ulong)i + 1));
            body.AddRange(BitConverter.GetBytes(name.Length));
            body.AddRange(BitConverter.GetBytes(child.IsDirectory ? 4 : 8));
            body.AddRange(name);
            body.AddRange(new byte[(8 - (name.Length % 8)) % 8]);
        }

        return (0, [.. body]);
    }

    // ino, size, blocks, three times, their nanoseconds, mode, links, owner, group, device, block size, flags.
    private static byte[] Attributes(Node node)
    {
        var attributes = new byte[88];
        BinaryPrimitives.WriteUInt64LittleEndian(attributes, node.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(60), node.IsDirectory ? DirectoryMode : FileMode);
        BinaryPrimitives.WriteUInt32LittleEndian(attributes.AsSpan(64), 1);
        return attributes;
    }

    // Version, readahead, flags, background and congestion, longest write, time granularity, the rest.
    private static byte[] Initial()
    {
        var answer = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(answer, 7);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(4), 31);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(20), 4096);
        return answer;
    }

    private void Send(ulong unique, (int Error, byte[] Body) answer)
    {
        byte[] message =
        [
            .. BitConverter.GetBytes(16 + answer.Body.Length), .. BitConverter.GetBytes(-answer.Error), .. Bytes(unique),
            .. answer.Body,
        ];
        fixed (byte* start = message)
        {
            _ = write(_device, start, message.Length);
        }
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    private static byte[] Bytes(ulong value) => BitConverter.GetBytes(value);

    private sealed record Node(ulong Id, string Name, bool IsDirectory)
    {
        public List<Node> Children { get; } = [];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Answered;
    }

#pragma warning disable IDE1006, SYSLIB1054 // Named as the C library names them.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open([In] byte[] path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint read(int file, byte* bytes, nint length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(int file, byte* bytes, nint length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int poll(PollDescriptor* wanted, uint count, int milliseconds);
#pragma warning restore IDE1006, SYSLIB1054
}
