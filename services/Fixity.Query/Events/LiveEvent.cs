using System.Text;
using System.Text.Json;

namespace Fixity.Query.Events;

/// <summary>One server-sent event. Made once, written to every client: its bytes are shared.</summary>
/// <param name="name">The word after <c>event:</c>.</param>
/// <param name="key">What it is about; a later event of the same name and key takes the place of an unsent earlier one.</param>
internal sealed class LiveEvent(string name, long key, object data, JsonSerializerOptions json)
{
    private byte[]? _frame;

    public (string Name, long Key) Subject => (name, key);

    private object Data => data;

    /// <summary>The event as it goes over the wire.</summary>
    public ReadOnlyMemory<byte> Frame => LazyInitializer.EnsureInitialized(ref _frame, () => Encoding.UTF8.GetBytes(
        // JSON has no line breaks of its own, so that one data line holds it.
        $"event: {name}\ndata: {JsonSerializer.Serialize(data, data.GetType(), json)}\n\n"));

    /// <summary>The one event that says what both say: the later state, or the sum of changes.</summary>
    public LiveEvent After(LiveEvent earlier) => data is ChangeEventView now && earlier.Data is ChangeEventView then
        ? new LiveEvent(name, key, now with { Changes = now.Changes + then.Changes }, json)
        : this;

}
