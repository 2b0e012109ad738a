using System.Globalization;

namespace Aspire.Hosting.Run;

/// <summary>What a person at the terminal is told: a line when a resource gets somewhere, nothing in between.</summary>
internal sealed class RunReport(TextWriter output, TimeProvider clock)
{
    private readonly Lock _gate = new();

    public void Say(string who, string what, string? detail = null)
    {
        var time = clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var line = $"{time}  {who,-18} {what,-16} {detail}".TrimEnd();
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }
}
