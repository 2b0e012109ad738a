using System.Globalization;

namespace Aspire.Hosting.Run;

/// <summary>What a resource printed, on disk: <c>name.log</c>, and the part before it in <c>name.log.1</c>.</summary>
internal sealed class LogFile(string path, TimeProvider clock, long sizeLimitBytes = LogFile.DefaultSizeLimitBytes)
    : IDisposable
{
    private const long DefaultSizeLimitBytes = 10 * 1024 * 1024;

    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private bool _closed;

    public void Append(string line)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _writer ??= Open();
            _writer.Write(clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
            _writer.WriteLine(line);
            if (_writer.BaseStream.Length > sizeLimitBytes)
            {
                _writer.Dispose();
                _writer = null;
                File.Move(path, path + ".1", overwrite: true);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _writer?.Dispose();
        }
    }

    private StreamWriter Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new StreamWriter(path, options) { AutoFlush = true };
    }
}
