using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Fixity.Testing.Storage;

/// <summary>A test that mounts something. Skipped where that is refused, but in CI, where it must not be.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Refusal = new(Mounting.Try);

    /// <param name="program">What the test needs beside.</param>
    public MountFactAttribute(string? program = null)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            return;
        }

        Skip = Refusal.Value is { } refusal ? $"Mounting is refused here: {refusal}."
            : program is null || Programs.Has(program) ? null
            : $"This machine has no {program}.";
    }
}

/// <summary>A test that needs a program of the system's. In CI it must be there.</summary>
public sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string program) =>
        Skip = Programs.Has(program) || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : $"This machine has no {program}.";
}

/// <summary>Programs of this machine that tests use.</summary>
public static class Programs
{
    /// <param name="name">Of a program, or the path of a device.</param>
    public static bool Has(string name) => Path.IsPathRooted(name) ? Path.Exists(name) : Find(name) is not null;

    private static string? Find(string name) =>
        ((string[])["/usr/sbin", "/sbin", "/usr/bin", "/bin"]).Select(folder => Path.Join(folder, name)).FirstOrDefault(File.Exists);

    public static string Run(string name, params string[] arguments)
    {
        var (exitCode, output, errors) = RunToEnd(name, arguments);
        return exitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{name}: {errors}");
    }

    /// <summary>What it wrote, whatever it thinks of it.</summary>
    public static string TryRun(string name, params string[] arguments) => RunToEnd(name, arguments).Output.Trim();

    private static (int ExitCode, string Output, string Errors) RunToEnd(string name, string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(Find(name) ?? name, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }) ?? throw new InvalidOperationException($"{name} did not start");
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors);
    }
}

/// <summary>One mount of a test, taken away again at its end.</summary>
public sealed partial class Mounting : IDisposable
{
    private const int Bind = 4096;
    private const int Detach = 2;

    private readonly string _place;

    private Mounting(string place) => _place = place;

    public static Mounting Tmpfs(string place) => Of("tmpfs", "tmpfs", place, 0, "size=1m");

    public static Mounting BindOf(string source, string place) => Of(source, "none", place, Bind, "");

    public static Mounting Of(string source, string type, string place, nuint flags, string options) =>
        mount(Text(source), Text(place), Text(type), flags, Text(options)) == 0
            ? new Mounting(place)
            : throw new IOException($"mount {type}: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>A file system in a file.</summary>
    public static Mounting Image(string image, string place)
    {
        Programs.Run("mount", "-o", "loop", image, place);
        return new Mounting(place);
    }

    public void Dispose() => _ = umount2(Text(_place), Detach);

    /// <returns>Why it is refused; null when it is not.</returns>
    public static string? Try()
    {
        var place = Directory.CreateTempSubdirectory("fixity-mount-").FullName;
        try
        {
            using var mounted = Tmpfs(place);
            return null;
        }
        catch (IOException refusal)
        {
            return refusal.Message;
        }
        finally
        {
            Directory.Delete(place);
        }
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

#pragma warning disable IDE1006, SYSLIB1054 // Named as the C library names them.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mount(
        [In] byte[] source, [In] byte[] target, [In] byte[] type, nuint flags, [In] byte[] data);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int umount2([In] byte[] target, int flags);
#pragma warning restore IDE1006, SYSLIB1054
}
